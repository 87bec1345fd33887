#include "training/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

using ::testing::HasSubstr;

std::string with_header(const std::string& text, std::size_t numbers, char version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += version;
  bytes += '\0';
  bytes += static_cast<char>(text.size());
  bytes += '\0';
  if (version > 1) bytes += std::string(2, '\0');
  return bytes + text + std::string(4 * numbers, '\0');
}

TEST(Npy, ReadsWhatNumpyWrites) {
  for (const char version : {'\x01', '\x02', '\x03'}) {
    const std::string bytes =
        with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }    \n", 6, version);
    const Result<NpyArray> array = parse_npy(bytes);
    ASSERT_TRUE(array.ok()) << array.error().what;
    EXPECT_EQ(array.value().shape, (std::vector<std::size_t>{2, 3}));
    EXPECT_EQ(array.value().numbers.size(), 24U);
  }
  for (const auto& shape : {std::vector<std::size_t>{}, {0}, {7}, {1, 7, 1}}) {
    const std::size_t count = shape == std::vector<std::size_t>{0} ? 0 : shape.empty() ? 1 : 7;
    const std::string bytes = npy_header(shape) + std::string(4 * count, '\0');
    const Result<NpyArray> array = parse_npy(bytes);
    ASSERT_TRUE(array.ok()) << array.error().what;
    EXPECT_EQ(array.value().shape, shape);
  }
}

TEST(Npy, SaysWhatWasExpected) {
  const auto why = [](const std::string& bytes) {
    const Result<NpyArray> array = parse_npy(bytes);
    return array ? "none" : array.error().what;
  };
  EXPECT_THAT(why("hello, world of numpy"), HasSubstr("does not begin as a numpy array"));
  EXPECT_THAT(why(with_header("", 0, 9)), HasSubstr("unknown format 9"));
  EXPECT_THAT(why(with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", 2)),
              HasSubstr("has the type '<f8', expected '<f4'"));
  EXPECT_THAT(why(with_header("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", 1)),
              HasSubstr("Fortran"));
  EXPECT_THAT(why(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 2)),
              HasSubstr("8 bytes of numbers, which do not fill the shape (3,)"));
  EXPECT_THAT(why(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (-3,), }", 2)),
              HasSubstr("header that numpy does not write"));
  EXPECT_THAT(
      why(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775808, 8), }", 0)),
      HasSubstr("do not fill the shape"));
  EXPECT_THAT(why(with_header("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (3,), }", 3)),
              HasSubstr("header that numpy does not write"));
  EXPECT_THAT(why(with_header("{}", 0).substr(0, 11)), HasSubstr("does not begin"));
}

}  // namespace
}  // namespace gleaner
