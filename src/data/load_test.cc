#include "data/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/test_files.h"

namespace gleaner {
namespace {

using ::gleaner::test::TempFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(LoadDataset, TellsTheFormatByTheContent) {
  const TempFolder folder;
  const auto images = folder.gzip_file("x", std::string("\0\0\10\2\0\0\0\2\0\0\0\1ab", 14));
  const auto labels = folder.file("y", std::string("\0\0\10\1\0\0\0\2\1\2", 10));
  const auto text = folder.gzip_file("z", "1 1:1\n0 2:1\n");
  EXPECT_EQ(load_dataset({.data = images, .labels = labels}).value().features, 1U);
  EXPECT_EQ(load_dataset({.data = text}).value().rows, 2U);
  EXPECT_THAT(load_dataset({.data = images}).error().cure, HasSubstr("--labels"));
  EXPECT_THAT(load_dataset({.data = text, .labels = labels}).error().what, HasSubstr("labels within"));
  EXPECT_THAT(load_dataset({.data = text, .label_column = "y"}).error().what,
              HasSubstr("--label-column is for CSV"));
  EXPECT_THAT(load_dataset({.format = DataFormat::idx, .data = text, .labels = labels}).error().what,
              HasSubstr("expected 00 00 08"));
  EXPECT_THAT(load_dataset({.data = text, .features_min = std::size_t{1} << 40}).error().what,
              HasSubstr("too many"));
  EXPECT_THAT(load_dataset({.data = folder.path() / "none"}).error().what, HasSubstr("No such file"));
}

TEST(DetectFormat, ByNameOrContent) {
  const TempFolder folder;
  struct Case {
    const char* name;
    std::string content;
    DataFormat format;
  };
  const std::vector<Case> cases{
      {"a", std::string("\0\0\10\1", 4), DataFormat::idx},
      {"b", "\x93NUMPY\1", DataFormat::npy},
      {"c.csv", "1 2\n", DataFormat::csv},
      {"d.TSV", "1\t2:3\n", DataFormat::csv},
      {"e.csv.gz", "x\n", DataFormat::csv},
      {"f", "1 1:2,3\n", DataFormat::libsvm},
      {"g", "# a, b\n\n-1\t1:2\t3:4\n", DataFormat::libsvm},
      {"h", "a,b,c\n", DataFormat::csv},
      {"i", "1;2\n", DataFormat::csv},
      {"j", "1\t2\n", DataFormat::csv},
      {"k", "1\n2\n", DataFormat::libsvm},
      {"l", "1 2 3\n", DataFormat::libsvm},
      {"m", "", DataFormat::libsvm},
      {"n", "1 # x,y\n", DataFormat::libsvm},
      {"o", "1" + std::string(65530, ' ') + "12345678:1\n", DataFormat::libsvm},
  };
  for (const Case& c : cases)
    EXPECT_EQ(detect_format(folder.file(c.name, c.content)).value(), c.format) << c.name;
  EXPECT_THAT(detect_format(folder.file("z", "PK\3\4 and more")).error().sentence(), HasSubstr("numpy.save"));
  EXPECT_THAT(detect_format(folder.file("y", "1,2\n\x01")).error().what, HasSubstr("y: at byte 4: found 01"));
  EXPECT_THAT(detect_format(folder.file("u", std::string("\xFF\xFE\x31\0", 4))).error().what,
              HasSubstr("UTF-16"));
}

TEST(LoadTrainTest, TheTestSetGetsTheWidthOfTheTrainingSet) {
  const TempFolder folder;
  const auto wide = folder.file("wide", "1 9:1\n2 2:1\n1 1:1\n");
  const auto narrow = folder.file("narrow", "1 2:1\n2 1:1\n");
  const Result<TrainTest> both = load_train_test({.data = wide}, {.data = narrow});
  ASSERT_TRUE(both.ok()) << both.error().sentence();
  EXPECT_EQ(both.value().test.features, 9U);
  EXPECT_EQ(both.value().test.classes, 2U);
  EXPECT_THAT(load_train_test({.data = narrow}, {.data = wide}).error().what,
              HasSubstr("wide:1: found '9:1', expected a feature in 1..2"));
  EXPECT_EQ(load_train_test({.data = narrow, .features_min = 9}, {.data = wide}).value().train.features, 9U);
}

TEST(LoadTrainTest, ReadsTestLabelsAsTrainingLabels) {
  const TempFolder folder;
  const auto train = folder.file("train", "0\n1\n2\n");
  const auto test = folder.file("test", "1\n2\n");  // alone, 1 would be class 0
  EXPECT_THAT(load_train_test({.data = train}, {.data = test}).value().test.labels, ElementsAre(1, 2));
  EXPECT_THAT(load_train_test({.data = test}, {.data = train}).error().what, HasSubstr("train:1: found '0'"));
}

TEST(LoadTrainTest, ReadsTestTargetsAsTrainingTargets) {
  const TempFolder folder;
  const auto file = folder.file("file", "0.5 1:1\n");
  EXPECT_THAT(load_train_test({.data = file, .targets = true}, {.data = file}).value().test.targets,
              ElementsAre(0.5F));
}

TEST(LoadTrainTest, FormatsMayDiffer) {
  const TempFolder folder;
  const auto csv = folder.file("a.csv", "x,z,label\n1,0,5\n0,2,6\n");
  const auto libsvm = folder.file("b", "6 1:3\n");
  const TrainTest both = load_train_test({.data = csv}, {.data = libsvm}).value();
  EXPECT_THAT(both.test.labels, ElementsAre(1));
  EXPECT_EQ(both.test.features, 2U);
  EXPECT_THAT(load_train_test({.data = libsvm, .classes = 7}, {.data = csv}).error().what,
              HasSubstr("a.csv:1: found 3 columns, expected 2"));
}

TEST(ParseDataFormat, SuggestsTheNames) {
  EXPECT_EQ(parse_data_format("auto").value(), DataFormat::automatic);
  EXPECT_EQ(parse_data_format("idx").value(), DataFormat::idx);
  EXPECT_EQ(parse_data_format("libsvm").value(), DataFormat::libsvm);
  EXPECT_EQ(parse_data_format("csv").value(), DataFormat::csv);
  EXPECT_EQ(parse_data_format("npy").value(), DataFormat::npy);
  EXPECT_THAT(parse_data_format("cvs").error().sentence(), HasSubstr("auto, idx, libsvm, csv, npy or pt"));
}

}  // namespace
}  // namespace gleaner
