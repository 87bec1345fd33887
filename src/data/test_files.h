// Files for the tests of this room.
#pragma once

#include <stdlib.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "data/load.h"

namespace gleaner::test {

/// A folder of its own that goes away with its contents.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "gleaner-data-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  /// Writes a file and returns its path.
  std::filesystem::path file(std::string_view name, std::string_view bytes) const {
    const std::filesystem::path path = path_ / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  std::filesystem::path gzip_file(std::string_view name, const std::string& bytes) const {
    const std::filesystem::path path = path_ / name;
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    return path;
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// What load_dataset makes of a file of this name and content.
inline Result<Dataset> read_text(std::string_view name, std::string_view text, DataSpec spec) {
  const TempFolder folder;
  spec.data = folder.file(name, text);
  return load_dataset(spec);
}

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// An NPY file with this header (a Python dictionary) and these elements.
inline std::string npy_bytes(int version, const std::string& header, const std::string& elements) {
  std::string bytes = "\x93NUMPY";
  bytes += {static_cast<char>(version), '\0'};
  std::size_t length = header.size();
  for (int b = 0; b < (version == 1 ? 2 : 4); ++b, length /= 256) bytes += static_cast<char>(length % 256);
  return bytes + header + elements;
}

/// An NPY file as numpy.save writes it: the elements begin at byte 128.
template <class T>
std::string npy_of(const std::string& type, const std::string& shape, const std::vector<T>& values) {
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
  header.resize(117, ' ');
  return npy_bytes(1, header + "\n",
                   std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)));
}

}  // namespace gleaner::test
