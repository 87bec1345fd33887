// Small valid files of every format, for tests that hold for all of them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/load.h"
#include "data/test_files.h"

namespace gleaner::test {

/// A data set as bytes; `labels` is empty where the format has one file.
struct SampleFile {
  const char* name;
  DataFormat format;
  std::string data;
  std::string labels{};
  bool targets = false;
};

inline std::vector<SampleFile> sample_files() {
  std::string idx("\0\0\10\3\0\0\0\7\0\0\0\2\0\0\0\1", 16);
  for (char c = 0; c < 14; ++c) idx += static_cast<char>(c * 17);
  const std::string idx_labels("\0\0\10\1\0\0\0\7\3\1\3\0\1\1\3", 15);
  std::vector<double> table(14);
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = 0.5 * static_cast<double>(i);
  std::string fortran = npy_of<double>("<f8", "(7, 2)", table);
  fortran.replace(fortran.find("False"), 5, "True ");
  const std::string npy_labels = npy_of<std::int64_t>("<i8", "(7,)", {3, 1, 3, 0, 1, 1, 3});
  const std::string libsvm =
      "# a remark\n-1 3:1 11:1 14:0.25\n+1 2:1 6:-1e3 # more\n\n1 1:1\n-1\n\r\n+1 4:2 5:0\r\n-1 9:1\n+1 7:7";
  const std::string csv =
      "a,\"b\",kind,c\n1,2,red,3\n\n-4,+5e1,\"green\",6\r\n7, \"8\" ,red,.5\n1,1,blue,1\n2,2,\"a "
      "\"\"b\"\"\",2\n3,3,red,3\n"
      "4,4,blue,4";
  return {
      {"idx", DataFormat::idx, idx, idx_labels},
      {"npy", DataFormat::npy, npy_of<double>("<f8", "(7, 2)", table), npy_labels},
      {"npy, Fortran order", DataFormat::npy, fortran, npy_labels},
      {"npy, targets", DataFormat::npy, npy_of<double>("<f8", "(7, 2)", table), npy_labels, true},
      {"libsvm", DataFormat::libsvm, libsvm},
      {"libsvm, targets", DataFormat::libsvm, libsvm, {}, true},
      {"csv", DataFormat::csv, csv},
      {"csv, targets", DataFormat::csv, "1;2\n2;3.5\n\n3;-1\n4;5\n5;6\n6;7\n7;8\n", {}, true},
  };
}

/// Writes the files and says how to read them.
inline DataSpec spec_of(const SampleFile& file, const TempFolder& folder, bool gzip) {
  const auto put = [&](const char* name, const std::string& bytes) {
    return gzip ? folder.gzip_file(name, bytes) : folder.file(name, bytes);
  };
  DataSpec spec{.format = file.format, .data = put("data", file.data), .targets = file.targets};
  if (file.format == DataFormat::idx || file.format == DataFormat::npy)
    spec.labels = put("labels", file.labels);
  if (file.format == DataFormat::csv && !file.targets) spec.label_column = "kind";
  return spec;
}

}  // namespace gleaner::test
