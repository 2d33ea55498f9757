// The end of a JavaScript thread's layout table.
#pragma once

namespace hebb {

// Frees the calling thread's layouts. Not done by a thread_local destructor: process.exit() runs those of the main
// thread while a program may still be replayed on the runner.
void release_layouts();

}  // namespace hebb
