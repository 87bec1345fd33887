// Readers of data files, in bytes of the file per second, beside plain reading of the same file.
//
// The files are made in a folder of their own under the system's temporary folder, and are in the page cache:
// what is measured is the reader, not the disk.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "data/row_index.h"
#include "data/synthetic.h"

namespace gleaner {
namespace {

constexpr std::size_t kRows = 300'000;
constexpr std::size_t kFeatures = 30;

// The same samples in every format. Numbers have as many digits as a table of measurements has.
class Files {
 public:
  Files() {
    std::string name = (std::filesystem::temp_directory_path() / "gleaner-bench-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    const Dataset data = synthetic_classification(kRows, kFeatures, 10, 1);
    std::string csv, libsvm;
    for (std::size_t row = 0; row < data.rows; ++row) {
      fmt::format_to(std::back_inserter(libsvm), "{}", data.labels[row]);
      for (std::size_t j = 0; j < kFeatures; ++j) {
        const float x = data.dense[row * kFeatures + j];
        fmt::format_to(std::back_inserter(csv), "{:.6g},", x);
        if (j % 2 == 0) fmt::format_to(std::back_inserter(libsvm), " {}:{:.6g}", j + 1, x);
      }
      fmt::format_to(std::back_inserter(csv), "{}\n", data.labels[row]);
      libsvm += '\n';
    }
    put("data.csv", csv);
    put("data.svm", libsvm);
    put("x.npy", npy("<f4", fmt::format("({}, {})", kRows, kFeatures), data.dense));
    put("y.npy", npy("<f4", fmt::format("({},)", kRows), data.labels));
  }
  ~Files() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  [[nodiscard]] DataSpec spec(const char* name) const {
    DataSpec spec{.data = folder_ / name};
    if (spec.data.extension() == ".npy") spec.labels = folder_ / "y.npy";
    return spec;
  }

 private:
  static std::string npy(const char* type, const std::string& shape, const std::vector<float>& values) {
    std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", type, shape);
    header.resize(117, ' ');
    return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + "\n" +
           std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  }
  void put(const char* name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  std::filesystem::path folder_;
};

const Files& files() {
  static const Files all;
  return all;
}

void set_bytes(benchmark::State& state, const DataSpec& spec, double share = 1) {
  const auto bytes = static_cast<double>(std::filesystem::file_size(spec.data)) * share;
  state.SetBytesProcessed(static_cast<std::int64_t>(static_cast<double>(state.iterations()) * bytes));
}

// The bound: the bytes themselves, and nothing made of them.
void plain_reading(benchmark::State& state, const char* name) {
  const DataSpec spec = files().spec(name);
  std::string buffer(std::size_t{1} << 20, '\0');
  for (auto _ : state) {
    const int file = ::open(spec.data.c_str(), O_RDONLY);
    while (::read(file, buffer.data(), buffer.size()) > 0) benchmark::DoNotOptimize(buffer.data());
    ::close(file);
  }
  set_bytes(state, spec);
}

void whole(benchmark::State& state, const char* name) {
  const DataSpec spec = files().spec(name);
  for (auto _ : state) benchmark::DoNotOptimize(load_dataset(spec).value().rows);
  set_bytes(state, spec);
}

void index_of(benchmark::State& state, const char* name) {
  const DataSpec spec = files().spec(name);
  for (auto _ : state) benchmark::DoNotOptimize(index_rows(spec).value().rows);
  set_bytes(state, spec);
}

// One worker of eight with three chunks of eight: bytes are those of the chunks.
void three_chunks_of_eight(benchmark::State& state, const char* name) {
  const DataSpec spec = files().spec(name);
  const RowIndex index = index_rows(spec).value();
  for (auto _ : state) {
    for (std::size_t chunk = 3; chunk < 6; ++chunk)
      benchmark::DoNotOptimize(read_rows(spec, index, part_of(index.rows, chunk, 8)).value().rows);
  }
  set_bytes(state, spec, 3.0 / 8);
}

#define GLEANER_FOR_EACH_FORMAT(function)                                         \
  BENCHMARK_CAPTURE(function, csv, "data.csv")->Unit(benchmark::kMillisecond);    \
  BENCHMARK_CAPTURE(function, libsvm, "data.svm")->Unit(benchmark::kMillisecond); \
  BENCHMARK_CAPTURE(function, npy, "x.npy")->Unit(benchmark::kMillisecond)

GLEANER_FOR_EACH_FORMAT(plain_reading);
GLEANER_FOR_EACH_FORMAT(whole);
GLEANER_FOR_EACH_FORMAT(index_of);
GLEANER_FOR_EACH_FORMAT(three_chunks_of_eight);

}  // namespace
}  // namespace gleaner
