// Runs every file of scenarios/. With GLEANER_REWRITE=1 in the environment the files are written anew
// instead: then read the difference, it is the review.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/scenario.h"

namespace gleaner {
namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(GLEANER_SOURCE_DIR) / "src" / "protocol" / "scenarios";

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".txt") all.push_back(entry.path().stem().string());
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The first place where two texts part ways, as a person would show it.
std::string first_difference(const std::string& before, const std::string& now) {
  const auto a = lines_of(before);
  const auto b = lines_of(now);
  std::size_t k = 0;
  while (k < a.size() && k < b.size() && a[k] == b[k]) ++k;
  std::string shown = "in line " + std::to_string(k + 1) + "\n";
  for (std::size_t i = k < 3 ? 0 : k - 3; i < k; ++i) shown += "      " + a[i] + "\n";
  for (std::size_t i = k; i < std::min(k + 4, a.size()); ++i) shown += "  was " + a[i] + "\n";
  for (std::size_t i = k; i < std::min(k + 4, b.size()); ++i) shown += "  now " + b[i] + "\n";
  return shown;
}

class ScenarioTest : public testing::TestWithParam<std::string> {};

TEST_P(ScenarioTest, ReadsAsBefore) {
  const std::filesystem::path path = kFolder / (GetParam() + ".txt");
  std::ifstream in(path, std::ios::binary);
  const std::string file{std::istreambuf_iterator<char>(in), {}};
  test::Scenario scenario;
  const std::string now = scenario.run(file);
  EXPECT_THAT(scenario.complaints(), testing::IsEmpty());
  if (const char* const rewrite = std::getenv("GLEANER_REWRITE");
      rewrite != nullptr && std::string(rewrite) == "1") {
    std::ofstream(path, std::ios::binary) << now;
    return;
  }
  EXPECT_TRUE(file == now) << GetParam() << ".txt reads otherwise " << first_difference(file, now)
                           << "If that is right: GLEANER_REWRITE=1 protocol_test, then review the diff.";
}

INSTANTIATE_TEST_SUITE_P(Scenarios, ScenarioTest, testing::ValuesIn(names()),
                         [](const auto& file) { return file.param; });

}  // namespace
}  // namespace gleaner
