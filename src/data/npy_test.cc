#include "data/npy.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>
#include <limits>

#include "data/load.h"
#include "data/test_files.h"

namespace gleaner {
namespace {

using ::gleaner::test::npy_bytes;
using ::gleaner::test::npy_of;
using ::gleaner::test::TempFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Dataset> read(const std::string& features, const std::string& labels, DataSpec spec = {}) {
  const TempFolder folder;
  spec.format = DataFormat::npy;
  spec.data = folder.file("x.npy", features);
  spec.labels = folder.file("y.npy", labels);
  return load_dataset(spec);
}

const std::string kFeatures = npy_of<float>("<f4", "(2, 3)", {1, 2, 3, 4, 5, 6.5F});
const std::string kLabels = npy_of<std::int64_t>("<i8", "(2,)", {7, -1});

TEST(Npy, ReadsFeaturesAndLabels) {
  const Result<Dataset> data = read(kFeatures, kLabels);
  ASSERT_TRUE(data.ok()) << data.error().sentence();
  EXPECT_EQ(data.value().rows, 2U);
  EXPECT_EQ(data.value().features, 3U);
  EXPECT_THAT(data.value().dense, ElementsAre(1, 2, 3, 4, 5, 6.5F));
  EXPECT_THAT(data.value().labels, ElementsAre(1, 0));
  EXPECT_THAT(data.value().class_names, ElementsAre("-1", "7"));
  EXPECT_EQ(data.value().name, "x.npy");
}

TEST(Npy, ReadsEveryTypeOfElement) {
  const auto dense = [](const std::string& features) {
    const Result<Dataset> data = read(features, kLabels);
    EXPECT_TRUE(data.ok()) << data.error().sentence();
    return data.value().dense;
  };
  EXPECT_THAT(dense(npy_of<double>("<f8", "(2, 1)", {0.1, -3e8})), ElementsAre(0.1F, -3e8F));
  EXPECT_THAT(dense(npy_of<std::uint8_t>("|u1", "(2, 1)", {0, 255})), ElementsAre(0, 255));
  EXPECT_THAT(dense(npy_of<std::uint8_t>("|b1", "(2, 1)", {0, 1})), ElementsAre(0, 1));
  EXPECT_THAT(dense(npy_of<std::int32_t>("<i4", "(2, 1)", {-5, 70000})), ElementsAre(-5, 70000));
  EXPECT_THAT(dense(npy_of<std::int64_t>("<i8", "(2, 1)", {-5, 1LL << 40})),
              ElementsAre(-5, 1099511627776.0F));
}

TEST(Npy, FlattensImagesAndTransposesFortranOrder) {
  const std::string images = npy_of<std::uint8_t>("|u1", "(2, 2, 1, 2)", {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(read(images, kLabels).value().features, 4U);
  EXPECT_THAT(read(images, kLabels).value().dense, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  std::string columns = npy_of<float>("<f4", "(2, 3)", {1, 4, 2, 5, 3, 6.5F});
  columns.replace(columns.find("False"), 5, "True ");
  EXPECT_EQ(read(columns, kLabels).value(), read(kFeatures, kLabels).value());
  std::string cube = npy_of<std::uint8_t>("|u1", "(2, 2, 2)", {1, 2, 3, 4, 5, 6, 7, 8});
  cube.replace(cube.find("False"), 5, "True ");
  EXPECT_THAT(read(cube, kLabels).error().sentence(), HasSubstr("ascontiguousarray"));
}

TEST(Npy, ReadsTheVersionsOfTheFormat) {
  const Dataset plain = read(kFeatures, kLabels).value();
  const std::string header = "{\"shape\":(2,3),'fortran_order':False , 'descr': '<f4'}";
  const std::string elements = kFeatures.substr(kFeatures.size() - 24);
  EXPECT_EQ(read(npy_bytes(1, header, elements), kLabels).value(), plain);
  EXPECT_EQ(read(npy_bytes(2, header, elements), kLabels).value(), plain);
  EXPECT_EQ(read(npy_bytes(3, header + "\n", elements), kLabels).value(), plain);
}

TEST(Npy, ReadsGzip) {
  const TempFolder folder;
  const Result<Dataset> data = load_dataset(
      {.data = folder.gzip_file("x.npy", kFeatures), .labels = folder.gzip_file("y.npy", kLabels)});
  ASSERT_TRUE(data.ok()) << data.error().sentence();
  EXPECT_EQ(data.value(), read(kFeatures, kLabels).value());
}

TEST(Npy, ReadsLabelsAsClassesOrTargets) {
  EXPECT_THAT(read(kFeatures, npy_of<float>("<f4", "(2, 1)", {3, 1})).value().labels, ElementsAre(1, 0));
  EXPECT_THAT(read(kFeatures, npy_of<std::uint8_t>("|b1", "(2,)", {1, 0})).value().labels, ElementsAre(1, 0));
  const std::string fractions = npy_of<double>("<f8", "(2,)", {0.5, -2});
  EXPECT_THAT(read(kFeatures, fractions, {.targets = true}).value().targets, ElementsAre(0.5F, -2));
  EXPECT_THAT(read(kFeatures, fractions).error().what,
              HasSubstr("y.npy: at byte 128: found '0.5', expected a label"));
}

TEST(Npy, SaysWhatIsWrongAndWhere) {
  const auto error = [](const std::string& features) {
    const Result<Dataset> data = read(features, kLabels);
    EXPECT_FALSE(data.ok());
    return data.ok() ? std::string() : data.error().sentence();
  };
  const auto header = [&](const std::string& text) {
    return error(npy_bytes(1, text, std::string(24, '\0')));
  };
  struct Case {
    std::string message;
    const char* expected;
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<Case> cases{
      {error(""), "x.npy: at byte 0: found '', expected the bytes 93 'NUMPY'"},
      {error("PNG"), "at byte 0: found 'PNG', expected the bytes"},
      {error(kFeatures.substr(0, 7)), "at byte 7: the file ends within its header"},
      {error(kFeatures.substr(0, 9)), "at byte 9: the file ends within its header"},
      {error(kFeatures.substr(0, 50)), "at byte 50: the file ends within its header"},
      {error(npy_bytes(9, "{}", "")), "at byte 6: found version 9, expected 1, 2 or 3"},
      {error("\x93NUMPY\x02" + std::string(1, '\0') + "\xFF\xFF\xFF\xFF"),
       "at byte 8: found a header of 4294967295"},
      {error(kFeatures.substr(0, kFeatures.size() - 1)),
       "found 23 bytes of data, but the header promises more"},
      {error(kFeatures + "x"), "found 25 bytes of data, but the header promises 24"},
      {header("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3)}"),
       "at byte 20: found elements of type '>f4'"},
      {header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,)}"),
       "found elements of type '[('a', '<f4'"},
      {header("{'descr': '|O', 'fortran_order': False, 'shape': (2, 3)}"), "astype('<f4')"},
      {header("{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}"),
       "at byte 44: found '0, 'shape': ', expected True"},
      {header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, x)}"), "expected a size"},
      {header("{'descr': '<f4', 'fortran_order': False, 'shape': 6}"), "expected a shape such as (3, 4)"},
      {header("{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)}"), "expected ',' or ')'"},
      {header("{'descr': '<f4', 'fortran_order': False}"),
       "expected all of 'descr', 'fortran_order' and 'shape'"},
      {header("{'descr': '<f4', 'colour': 3}"), "at byte 27: found ''colour': 3}', expected one of 'descr'"},
      {header("{'descr': '<f4' 'x'}"), "expected ',' or '}'"},
      {header("{'descr"), "expected a key such as 'descr'"},
      {header("(2, 3)"), "at byte 10: found '(2, 3)', expected '{'"},
      {header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} more"),
       "expected the end of the header"},
      {header("{'descr': '<f4', 'fortran_order': False, 'shape': (6,)}"),
       "x.npy has the shape (6,), expected (samples, features)"},
      {header("{'descr': '<f4', 'fortran_order': False, 'shape': ()}"), "x.npy has the shape ()"},
      {header("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296)}"),
       "promises more"},
      {error(npy_of<float>("<f4", "(0, 3)", {})), "0 samples, but"},
      {error(npy_of<float>("<f4", "(3, 1)", {1, 2, 3})), "3 samples, but"},
      {error(npy_of<float>("<f4", "(2, 0)", {})), "x.npy has no features"},
      {error(npy_of<float>("<f4", "(2, 2)", {1, 2, 3, nan})),
       "x.npy: at byte 140: found nan in row 1, column 1 (from 0)"},
      {error(npy_of<double>("<f8", "(2, 1)", {1, 1e300})),
       "x.npy: at byte 136: found inf in row 1, column 0"},
  };
  for (const Case& c : cases) EXPECT_THAT(c.message, HasSubstr(c.expected));
  EXPECT_THAT(
      read(kFeatures, npy_of<std::int32_t>("<U1", "(2,)", {65, 66})).error().sentence(),
      HasSubstr("y.npy: at byte 20: found elements of type '<U1', expected <f4, <f8, |u1, |b1, <i4 or <i8; "
                "save numbers as labels"));
  EXPECT_THAT(read(kFeatures, kFeatures).error().sentence(),
              HasSubstr("y.npy has the shape (2, 3), expected (samples,)"));
}

TEST(Npy, NeverBelievesAHugeHeaderInGzip) {
  const TempFolder folder;
  const auto x = folder.gzip_file("x", npy_of<float>("<f4", "(100000000000, 3)", {1}));
  EXPECT_THAT(load_dataset({.data = x, .labels = folder.file("y", kLabels)}).error().what,
              HasSubstr("the header promises more"));
}

// The twin: element (i, j) of a Fortran array stands at j n + i.
RC_GTEST_PROP(Npy, FortranOrderIsTheTranspose, ()) {
  const auto n = *rc::gen::inRange<std::size_t>(1, 80);
  const auto p = *rc::gen::inRange<std::size_t>(1, 80);
  std::vector<float> stored(n * p);
  for (std::size_t i = 0; i < stored.size(); ++i) stored[i] = static_cast<float>(i);
  std::string features = npy_of<float>("<f4", fmt::format("({}, {})", n, p), stored);
  features.replace(features.find("False"), 5, "True ");
  const std::vector<std::int32_t> ones(n, 1);
  const Result<Dataset> data =
      read(features, npy_of<std::int32_t>("<i4", fmt::format("({},)", n), ones), {.classes = 2});
  if (!data) RC_FAIL(data.error().sentence());
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < p; ++j) RC_ASSERT(data.value().dense[i * p + j] == stored[j * n + i]);
}

}  // namespace
}  // namespace gleaner
