// A device behind the table of an accelerator's module.
#pragma once

#include "accelerator.h"

namespace hebb {

class AcceleratorDevice : public Machine {
 public:
  // Device `index` of the module; `name` is what users call it. ERR_CUDA when it cannot be used.
  AcceleratorDevice(const Accelerator& module, int index, std::string name);

  std::string name() const override { return name_; }
  void launch(const Launch& call) override { execute(call); }
  std::shared_ptr<std::byte> reserve(int64_t bytes) override;
  void execute(const Launch& call) override;
  bool runs_chains() const override { return false; }
  std::unique_ptr<Prepared> prepare(const std::vector<Step>& steps) override;
  std::vector<double> time(const std::vector<Step>& steps) override;
  void finish() override;

  void upload(std::byte* to, const void* from, int64_t bytes);
  void download(void* to, const std::byte* from, int64_t bytes);  // after finish()
  void set_matmul_precision(MatmulPrecision precision);

  // What the module keeps for this device; memory and prepared launches hold on to it.
  struct Context {
    Context(const Accelerator& module, int index);
    ~Context() { module.close(handle); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    const Accelerator& module;
    void* handle;
    MatmulPrecision precision = MatmulPrecision::highest;
  };

 private:
  std::string name_;
  std::shared_ptr<Context> context_;
};

// Throws what a call into a module left in `failure`.
void check(const Failure& failure);

}  // namespace hebb
