// The layouts of a JavaScript thread, by id, and their end.
#pragma once

#include <cstdint>

namespace hebb {

struct Layout;
struct LayoutTable;

// The calling thread's, until release_layouts(): to be asked for once, as finding a thread's own data takes its time.
LayoutTable& layout_table();

// nullptr when there is none of that id.
const Layout* find_layout(const LayoutTable& layouts, int32_t id);

// Frees the calling thread's layouts. Not done by a thread_local destructor: process.exit() runs those of the main
// thread while a program may still be replayed on the runner.
void release_layouts();

}  // namespace hebb
