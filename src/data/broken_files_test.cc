// Files of every format, cut and changed at random: no crash, and an error names the file.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "data/row_index.h"
#include "data/sample_files.h"

namespace gleaner {
namespace {

using ::gleaner::test::content_of;
using ::gleaner::test::sample_files;
using ::gleaner::test::SampleFile;
using ::gleaner::test::spec_of;
using ::gleaner::test::TempFolder;

std::string broken(std::string bytes) {
  const auto position = [&] { return *rc::gen::inRange<std::size_t>(0, bytes.size()); };
  for (int changes = *rc::gen::inRange(0, 4); changes > 0 && !bytes.empty(); --changes) {
    const char c = *rc::gen::oneOf(rc::gen::arbitrary<char>(),
                                   rc::gen::elementOf(std::string("0123456789:-+.e,;\t\r\n#\"' (){}naif")));
    switch (*rc::gen::inRange(0, 4)) {
      case 0: bytes.resize(position()); break;
      case 1: bytes.erase(position(), 1); break;
      case 2: bytes.insert(position(), 1, c); break;
      default: bytes[position()] = c;
    }
  }
  return bytes;
}

bool all_finite(const std::vector<float>& values) {
  for (const float x : values) {
    if (!std::isfinite(x)) return false;
  }
  return true;
}

// What every data set promises (dataset.h).
void check_plausible(const Dataset& d) {
  RC_ASSERT(d.rows > 0U);
  RC_ASSERT(d.labels.size() + d.targets.size() == d.rows && (d.labels.empty() || d.targets.empty()));
  RC_ASSERT(d.classes == d.class_names.size() && (d.classes >= 2 || !d.targets.empty()));
  RC_ASSERT(all_finite(d.dense) && all_finite(d.values) && all_finite(d.targets));
  for (const float label : d.labels)
    RC_ASSERT(label >= 0 && label < static_cast<float>(d.classes) && std::floor(label) == label);
  if (!d.is_sparse()) {
    RC_ASSERT(d.dense.size() == d.rows * d.features);
    return;
  }
  RC_ASSERT(d.offsets.size() == d.rows + 1 && d.offsets.back() == d.columns.size());
  RC_ASSERT(d.columns.size() == d.values.size());
  for (const std::uint32_t column : d.columns) RC_ASSERT(column < d.features);
}

void check_error(const Error& error, const TempFolder& folder) {
  RC_ASSERT(error.what.find(folder.path().string()) != std::string::npos);
  RC_ASSERT(!error.cure.empty());
  RC_ASSERT(error.sentence().find('\n') == std::string::npos);
}

RC_GTEST_PROP(BrokenFiles, AreRefusedByNameOrMakePlausibleData, ()) {
  const std::vector<SampleFile> files = sample_files();
  SampleFile file = files[*rc::gen::inRange<std::size_t>(0, files.size())];
  const TempFolder folder;
  const bool break_labels = !file.labels.empty() && *rc::gen::arbitrary<bool>();
  std::string& bytes = break_labels ? file.labels : file.data;
  bytes = broken(bytes);
  DataSpec spec = spec_of(file, folder, *rc::gen::arbitrary<bool>());
  if (*rc::gen::inRange(0, 4) == 0) spec.format = DataFormat::automatic;
  if (*rc::gen::inRange(0, 4) == 0) spec.label_column.clear();
  const Result<Dataset> data = load_dataset(spec);
  if (data) check_plausible(data.value());
  if (!data) check_error(data.error(), folder);

  // Whatever can be indexed is read as the whole would be, or refused.
  const Result<RowIndex> index = index_rows(spec);
  if (!index) return check_error(index.error(), folder);
  const Result<Dataset> rows = read_rows(spec, index.value(), {0, index.value().rows});
  if (!rows) return check_error(rows.error(), folder);
  RC_ASSERT(data.ok());
  RC_ASSERT(rows.value() == data.value());
}

RC_GTEST_PROP(BrokenFiles, OfGzipTheSame, ()) {
  const std::vector<SampleFile> files = sample_files();
  const SampleFile& file = files[*rc::gen::inRange<std::size_t>(0, files.size())];
  const TempFolder folder;
  const DataSpec spec = spec_of(file, folder, true);
  folder.file("data", broken(content_of(spec.data)));
  const Result<Dataset> data = load_dataset(spec);
  if (data) check_plausible(data.value());
  if (!data) check_error(data.error(), folder);
}

}  // namespace
}  // namespace gleaner
