// Programs as JavaScript sees them: recording, replay on the runner thread, progress and completion through one
// thread-safe function per environment. Written with the C API so that nothing throws while an environment is torn
// down.
#pragma once

#include "binding.h"
#include "../program/program.h"
#include "../program/runner.h"

namespace hebb {

// What the runner thread tells the JavaScript thread.
struct RunMessage {
  int64_t run;
  int64_t done;
  bool finished;
  bool failed;
  ErrorCode code;
  std::string text;
};

struct PendingRun {
  napi_ref program;  // keeps the handle, and with it the buffers, alive
  napi_ref on_progress;
  napi_ref on_done;
  std::unique_ptr<std::atomic<bool>> cancel;
};

inline int64_t read_count(napi_env env, napi_value value) {
  const int64_t count = read_integer(env, value);
  if (count < 0) fail(ErrorCode::argument, "run: the number of steps is a whole number >= 0, got ", count);
  return count;
}

class ProgramHandle : public Napi::ObjectWrap<ProgramHandle> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "NativeProgram",
                       {method<&ProgramHandle::launches>("launches"), method<&ProgramHandle::listing>("listing"),
                        method<&ProgramHandle::externals>("externals"), method<&ProgramHandle::run_sync>("runSync"),
                        method<&ProgramHandle::profile>("profile"), method<&ProgramHandle::run>("run"),
                        method<&ProgramHandle::cancel>("cancel"), method<&ProgramHandle::dispose>("dispose")});
  }

  explicit ProgramHandle(const Napi::CallbackInfo& info) : ObjectWrap(info), env(info.Env()) {}
  ~ProgramHandle() override { release(); }

  void adopt(std::shared_ptr<const Program> captured, std::vector<napi_ref> touched,
             std::vector<std::shared_ptr<std::byte>> touched_blocks) {
    program = std::move(captured);
    references = std::move(touched);
    blocks = std::move(touched_blocks);
    report_memory(program->arena_bytes() + fixed_bytes);
  }

 private:
  static constexpr int64_t fixed_bytes = 16 * 1024;  // about what the launches of a small program take

  // Frees the program, and lets go of what it touches.
  void release() {
    program.reset();
    for (napi_ref reference : std::exchange(references, {})) napi_delete_reference(env, reference);
    blocks.clear();
    report_memory(-reported);
  }
  // Tells the collector what a forgotten handle would free.
  void report_memory(int64_t change) {
    int64_t total = 0;
    if (change != 0 && napi_adjust_external_memory(env, change, &total) == napi_ok) reported += change;
  }
  template <Napi::Value (ProgramHandle::*function)(const Napi::CallbackInfo&)>
  static Napi::ClassPropertyDescriptor<ProgramHandle> method(const char* name) {
    return InstanceMethod<&ProgramHandle::guarded<function>>(name);
  }
  template <Napi::Value (ProgramHandle::*function)(const Napi::CallbackInfo&)>
  Napi::Value guarded(const Napi::CallbackInfo& info) {
    return Napi::Value(info.Env(), guard(info.Env(), [&]() -> napi_value { return (this->*function)(info); }));
  }

  const Program& captured() const {
    if (!program) fail(ErrorCode::disposed, "native call: this program was disposed");
    return *program;
  }
  Napi::Value launches(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), static_cast<double>(captured().launch_count()));
  }
  Napi::Value listing(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), captured().listing()); }
  Napi::Value externals(const Napi::CallbackInfo& info) {
    Napi::Array array = Napi::Array::New(info.Env(), references.size());
    for (uint32_t i = 0; i < references.size(); ++i) {
      napi_value bytes;
      napi_get_reference_value(env, references[i], &bytes);
      array.Set(i, bytes);
    }
    return array;
  }

  Napi::Value run_sync(const Napi::CallbackInfo& info) {
    const int64_t count = read_count(env, info[0]);
    const Program& steps = captured();
    const EagerTurn turn(Environment::of(env).lock);
    {
      const Program::Turn replays{steps};
      for (int64_t done = 0; done < count;) done += steps.replay(count - done);
    }
    steps.finish();
    return info.Env().Undefined();
  }

  Napi::Value profile(const Napi::CallbackInfo& info);
  Napi::Value run(const Napi::CallbackInfo& info);
  Napi::Value cancel(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  napi_env env;
  std::shared_ptr<const Program> program;
  std::vector<napi_ref> references;
  std::vector<std::shared_ptr<std::byte>> blocks;
  int64_t reported = 0;  // bytes
};

// The runner of one environment and the way back to its JavaScript thread.
struct Runs {
  explicit Runs(napi_env env);
  // As in Job; a step may set `stop`, and none follows it.
  struct Work {
    std::function<int64_t(int64_t limit, std::atomic<bool>& stop)> step;
    std::function<void()> settle = nullptr, finish = nullptr;
  };
  // `handle` keeps alive what the steps touch.
  int64_t start(Work work, int64_t count, napi_value handle, napi_value on_progress, napi_value on_done);
  void cancel(int64_t run);
  bool use(napi_value handle) const;
  void forget(int64_t run);
  void deliver(const RunMessage& message);
  void send(RunMessage message);
  void stop();  // no message is sent afterwards

  napi_env env;
  Runner runner;
  napi_threadsafe_function function = nullptr;
  std::unordered_map<int64_t, PendingRun> pending;
  int64_t next_run = 1;
};

Runs& runs_of(napi_env env);

void export_programs(Napi::Object& exports);

}  // namespace hebb
