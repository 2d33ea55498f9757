#include "programs.h"

#include <cstdlib>
#include <utility>

namespace hebb {

namespace {

napi_ref keep(napi_env env, napi_value value) {
  napi_ref reference = nullptr;
  napi_create_reference(env, value, 1, &reference);
  return reference;
}

napi_value reference_value(napi_env env, napi_ref reference) {
  napi_value value = nullptr;
  napi_get_reference_value(env, reference, &value);
  return value;
}

// On the JavaScript thread; env is null when the environment is going away.
void call_js(napi_env env, napi_value, void* context, void* data) {
  const std::unique_ptr<RunMessage> message(static_cast<RunMessage*>(data));
  if (env) static_cast<Runs*>(context)->deliver(*message);
}

}  // namespace

Runs& runs_of(napi_env env) {
  Environment& environment = Environment::of(env);
  if (!environment.runs) environment.runs = std::make_unique<Runs>(env);
  return *environment.runs;
}

Runs::Runs(napi_env env) : env(env), runner(Environment::of(env).lock) {
  napi_value name;
  napi_create_string_utf8(env, "hebb run", NAPI_AUTO_LENGTH, &name);
  napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this, call_js, &function);
  napi_unref_threadsafe_function(env, function);
  napi_add_env_cleanup_hook(
      env, [](void* self) { static_cast<Runs*>(self)->stop(); }, this);
}

void Runs::stop() {
  for (auto& [id, run] : pending) run.cancel->store(true);
  runner.stop();
}

void Runs::send(RunMessage message) {
  auto data = std::make_unique<RunMessage>(std::move(message));
  if (napi_call_threadsafe_function(function, data.get(), napi_tsfn_nonblocking) == napi_ok) data.release();
}

int64_t Runs::start(Work work, int64_t count, napi_value handle, napi_value on_progress, napi_value on_done) {
  const int64_t id = next_run++;
  PendingRun& run = pending[id];
  run = {keep(env, handle), keep(env, on_progress), keep(env, on_done), std::make_unique<std::atomic<bool>>(false)};
  if (pending.size() == 1) napi_ref_threadsafe_function(env, function);
  Job job{
      .step = [step = std::move(work.step), stop = run.cancel.get()](int64_t limit) { return step(limit, *stop); },
      .settle = std::move(work.settle),
      .finish = std::move(work.finish),
      .count = count,
      .cancel = run.cancel.get(),
      .progress =
          [this, id](int64_t done) {
            send({id, done, false, false, ErrorCode::internal, {}});
          },
      .done =
          [this, id](const RunResult& result) {
            send({id, result.completed, true, result.status == RunResult::failed, result.code, result.error});
          },
  };
  try {
    runner.submit(std::move(job));
  } catch (const Error&) {
    forget(id);
    throw;
  }
  return id;
}

void Runs::cancel(int64_t run) {
  if (const auto found = pending.find(run); found != pending.end()) found->second.cancel->store(true);
}

bool Runs::use(napi_value handle) const {
  for (const auto& [id, run] : pending) {
    bool same = false;
    napi_strict_equals(env, reference_value(env, run.program), handle, &same);
    if (same) return true;
  }
  return false;
}

// Ends the bookkeeping of a run; with the last one the event loop may end too.
void Runs::forget(int64_t id) {
  const PendingRun run = std::move(pending.at(id));
  pending.erase(id);
  if (pending.empty()) napi_unref_threadsafe_function(env, function);
  for (napi_ref reference : {run.program, run.on_progress, run.on_done}) napi_delete_reference(env, reference);
}

void Runs::deliver(const RunMessage& message) {
  const auto found = pending.find(message.run);
  if (found == pending.end()) return;
  napi_handle_scope scope;
  napi_open_handle_scope(env, &scope);
  napi_value receiver, arguments[2], ignored;
  napi_get_undefined(env, &receiver);
  napi_create_double(env, static_cast<double>(message.done), &arguments[0]);
  if (!message.finished) {
    napi_call_function(env, receiver, reference_value(env, found->second.on_progress), 1, arguments, &ignored);
  } else {
    const napi_value on_done = reference_value(env, found->second.on_done);
    forget(message.run);
    arguments[1] = message.failed ? make_error(env, message.code, message.text) : receiver;
    napi_call_function(env, receiver, on_done, 2, arguments, &ignored);
  }
  napi_close_handle_scope(env, scope);
}

// profile(count, ofFastestHalf): per launch seconds, floating point operations, bytes.
Napi::Value ProgramHandle::profile(const Napi::CallbackInfo& info) {
  const int64_t count = read_integer(env, info[0]);
  if (count < 1 || count > 10000) fail(ErrorCode::argument, "profile: expected 1 to 10000 replays, got ", count);
  const EagerTurn turn(Environment::of(env).lock);
  const std::vector<LaunchCost> costs = captured().profile(count, info[1].ToBoolean());
  Napi::Float64Array numbers = Napi::Float64Array::New(env, 3 * costs.size());
  for (size_t i = 0; i < costs.size(); ++i) {
    numbers[3 * i] = costs[i].seconds;
    numbers[3 * i + 1] = costs[i].flops;
    numbers[3 * i + 2] = costs[i].bytes;
  }
  return numbers;
}

Napi::Value ProgramHandle::run(const Napi::CallbackInfo& info) {
  captured();
  const int64_t count = read_count(env, info[0]);
  if (!info[1].IsFunction() || !info[2].IsFunction()) fail(ErrorCode::argument, "run: expected two functions");
  const Runs::Work work{
      .step = [steps = program](int64_t limit, std::atomic<bool>&) { return steps->replay(limit); },
      .settle = [steps = program] { steps->settle(); },
      .finish = [steps = program] { steps->finish(); },
  };
  return Napi::Number::New(env, static_cast<double>(runs_of(env).start(work, count, info.This(), info[1], info[2])));
}

Napi::Value ProgramHandle::cancel(const Napi::CallbackInfo& info) {
  runs_of(env).cancel(read_integer(env, info[0]));
  return info.Env().Undefined();
}

// Not while a run is pending, which needs the program and what it touches.
Napi::Value ProgramHandle::dispose(const Napi::CallbackInfo& info) {
  const std::unique_ptr<Runs>& runs = Environment::of(env).runs;
  if (runs && runs->use(info.This())) fail(ErrorCode::argument, "dispose: a run of the program is not over");
  release();
  return info.Env().Undefined();
}

namespace {

void drop_recording(Environment& environment) {
  for (napi_ref reference : environment.recorded_refs) napi_delete_reference(environment.env, reference);
  environment.recorded_refs.clear();
  environment.recorded_blocks.clear();
  if (!environment.recorder) return;
  // Tensors that leaked out must not pass for those of the next program.
  environment.next_planned_index += static_cast<int64_t>(environment.recorder->planned_buffers.size());
  environment.recorder.reset();
}

Napi::Value record_begin(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  if (environment.recorder) fail(ErrorCode::capture, "capture: already capturing");
  environment.recorder = std::make_unique<Recorder>(environment.next_planned_index);
  return info.Env().Undefined();
}

Napi::Value record_abort(const Napi::CallbackInfo& info) {
  drop_recording(Environment::of(info.Env()));
  return info.Env().Undefined();
}

Napi::Value planned_bytes(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  if (!environment.recorder) fail(ErrorCode::capture, "capture: not capturing");
  const Buffer* buffer = environment.recorder->planned(read_integer(info.Env(), info[0]));
  return Napi::Number::New(info.Env(), static_cast<double>(buffer->bytes));
}

bool fusion_wanted() {
  const char* setting = std::getenv("HEBB_FUSE");
  return !setting || std::string(setting) != "0";
}

// Not on by default: no GPU has run the kernels of phases yet.
bool phases_wanted() {
  const char* setting = std::getenv("HEBB_CUDA_PHASES");
  return setting && std::string(setting) == "1";
}

// recordEnd([index, ArrayBuffer, byte offset, ...]): the handle of the recorded program.
Napi::Value record_end(const Napi::CallbackInfo& info) {
  napi_env env = info.Env();
  Environment& environment = Environment::of(env);
  if (!environment.recorder) fail(ErrorCode::capture, "capture: not capturing");
  if (!info[0].IsArray()) fail(ErrorCode::argument, "recordEnd: expected an array");
  std::unique_ptr<Recorder> recorder = std::move(environment.recorder);
  // Dropped if anything below throws; a program that was made takes them over.
  struct References {
    napi_env env;
    std::vector<napi_ref> list;
    ~References() {
      for (napi_ref reference : list) napi_delete_reference(env, reference);
    }
  } references{env, std::exchange(environment.recorded_refs, {})};
  std::vector<std::shared_ptr<std::byte>> blocks = std::exchange(environment.recorded_blocks, {});
  if (!recorder->target) recorder->aim(environment.cpu);  // an empty program
  environment.next_planned_index += static_cast<int64_t>(recorder->planned_buffers.size());
  std::vector<Placement> homes;
  const Napi::Array list = info[0].As<Napi::Array>();
  for (uint32_t i = 0; i + 2 < list.Length(); i += 3) {
    const Napi::Value bytes = list.Get(i + 1);
    const int64_t index = read_integer(env, list.Get(i)), offset = read_integer(env, list.Get(i + 2));
    void* data = nullptr;
    size_t length = 0;
    if (recorder->target == &environment.cpu) {
      check(napi_get_arraybuffer_info(env, bytes, &data, &length), "an ArrayBuffer");
      references.list.push_back(keep(env, bytes));
    } else {
      const DeviceBlock& block = environment.device_block(read_integer(env, bytes), "capture");
      data = block.memory.get();
      length = static_cast<size_t>(block.bytes);
      blocks.push_back(block.memory);
    }
    if (offset < 0 || offset + recorder->planned(index)->bytes > static_cast<int64_t>(length)) {
      fail(ErrorCode::argument, "native call: a result of ", recorder->planned(index)->bytes, " bytes does not fit");
    }
    homes.push_back({index, static_cast<std::byte*>(data) + offset});
  }
  std::shared_ptr<const Program> program;
  {
    const EagerTurn turn(environment.lock);  // the device is asked to make the launches ready
    program = std::make_shared<const Program>(std::move(recorder), homes,
                                              Program::Passes{.fuse = fusion_wanted(), .phases = phases_wanted()});
  }
  napi_value handle;
  check(napi_new_instance(env, reference_value(env, environment.program_class), 0, nullptr, &handle), "a program");
  ProgramHandle::Unwrap(Napi::Object(env, handle))
      ->adopt(std::move(program), std::exchange(references.list, {}), std::move(blocks));
  return Napi::Value(env, handle);
}

}  // namespace

void export_programs(Napi::Object& exports) {
  Environment& environment = Environment::of(exports.Env());
  environment.program_class = keep(exports.Env(), ProgramHandle::define(exports.Env()));
  export_function<record_begin>(exports, "recordBegin");
  export_function<record_abort>(exports, "recordAbort");
  export_function<record_end>(exports, "recordEnd");
  export_function<planned_bytes>(exports, "plannedBytes");
}

}  // namespace hebb
