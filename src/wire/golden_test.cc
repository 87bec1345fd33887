// Bytes on the wire stay what they are: tests/golden/wire holds one file for every kind of thing that
// travels, a few words and its bytes in hexadecimal digits. With GLEANER_REWRITE=1 in the environment the
// files are written anew instead: then the format has changed, and with it its version (docs/wire-format.md).
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "support/wire_samples.h"
#include "support/wire_shown.h"

namespace gleaner {
namespace {

const std::filesystem::path kFolder = std::filesystem::path(GLEANER_SOURCE_DIR) / "tests" / "golden" / "wire";

// One thing that travels, whatever its type.
struct Golden {
  std::string name;
  std::string words;                                   // comment lines of its file
  std::string bytes;                                   // what encode() says
  std::function<bool(const std::string&)> comes_back;  // decode() of these bytes gives the value
};
void PrintTo(const Golden& golden, std::ostream* out) { *out << golden.name; }

template <class Bytes>
std::string as_string(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// `decode` gives a Result, `same` compares its value with the sample's.
template <class Value, class Decode, class Same>
void add(std::vector<Golden>& all, const std::vector<test::Sample<Value>>& samples, const Decode& decode,
         const Same& same, const std::function<std::string(const Value&)>& words = {}) {
  for (const auto& sample : samples) {
    std::string about = "# " + sample.about + "\n";
    if (words) about += "# " + words(sample.value) + "\n";
    const auto comes_back = [=](const std::string& bytes) {
      const auto back = decode(bytes);
      return back.ok() && same(back.value(), sample.value);
    };
    all.push_back({sample.name, about, as_string(encode(sample.value)), comes_back});
  }
}

std::vector<Golden> all_golden() {
  std::vector<Golden> all;
  const auto reads_the_same = [](const auto& a, const auto& b) {
    return test::shown_frame(a) == test::shown_frame(b);
  };
  add<WorkerFrame>(
      all, test::worker_samples(),
      [](const std::string& b) { return decode_worker_frame(b, test::kSampleLimits); }, reads_the_same,
      test::shown_frame<WorkerFrame>);
  add<ServerFrame>(
      all, test::server_samples(),
      [](const std::string& b) { return decode_server_frame(b, test::kSampleLimits); }, reads_the_same,
      test::shown_frame<ServerFrame>);
  const std::equal_to<> equal;
  add(all, test::segment_samples(), decode_segment_header, equal);
  add(all, test::request_samples(), decode_data_request, equal);
  add(all, test::part_samples(), decode_data_part, equal);
  add(all, test::setup_samples(), decode_run_setup, equal);
  return all;
}

std::string file_text(const Golden& golden) {
  std::string text = golden.words;
  for (std::size_t k = 0; k < golden.bytes.size(); ++k) {
    const bool ends = k % 16 == 15 || k + 1 == golden.bytes.size();
    text += fmt::format("{:02x}{}", static_cast<unsigned char>(golden.bytes[k]), ends ? "\n" : " ");
  }
  return text;
}

std::string bytes_in(const std::string& file) {
  std::string bytes;
  std::istringstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream numbers(line);
    for (unsigned value = 0; numbers >> std::hex >> value;) bytes += static_cast<char>(value);
  }
  return bytes;
}

class GoldenTest : public testing::TestWithParam<Golden> {};

TEST_P(GoldenTest, BytesAreAsBefore) {
  const Golden& golden = GetParam();
  const std::filesystem::path path = kFolder / (golden.name + ".hex");
  if (const char* const rewrite = std::getenv("GLEANER_REWRITE");
      rewrite != nullptr && std::string(rewrite) == "1") {
    std::ofstream(path, std::ios::binary) << file_text(golden);
    return;
  }
  std::ifstream in(path, std::ios::binary);
  const std::string file{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(file, file_text(golden))
      << "If that is right: GLEANER_REWRITE=1 wire_test, then review the diff.";
  EXPECT_TRUE(golden.comes_back(bytes_in(file))) << path;
}

INSTANTIATE_TEST_SUITE_P(Wire, GoldenTest, testing::ValuesIn(all_golden()),
                         [](const auto& golden) { return golden.param.name; });

TEST(GoldenFiles, AllBelongToASample) {
  std::set<std::string> names;
  for (const Golden& golden : all_golden()) EXPECT_TRUE(names.insert(golden.name + ".hex").second);
  for (const auto& entry : std::filesystem::directory_iterator(kFolder))
    EXPECT_TRUE(names.contains(entry.path().filename().string())) << entry.path();
}

}  // namespace
}  // namespace gleaner
