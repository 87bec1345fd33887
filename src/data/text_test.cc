#include "data/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/test_files.h"

namespace gleaner {
namespace {

using ::gleaner::test::TempFolder;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Paths = std::vector<std::filesystem::path>;

Result<Dataset> learn(const std::string& text, std::size_t context,
                      const std::vector<std::string>& known = {}) {
  const TempFolder folder;
  return load_characters(Paths{folder.file("t.txt", text)}, context, known);
}

std::string complaint(const Result<Dataset>& data) { return data ? "none" : data.error().sentence(); }

TEST(Text, EveryByteButTheFirstIsForetoldOnce) {
  const Result<Dataset> data = learn("abcabba", 2);
  ASSERT_TRUE(data) << data.error().sentence();
  EXPECT_EQ(data.value().rows, 3U);
  EXPECT_EQ(data.value().features, 3U);
  EXPECT_THAT(data.value().dense, ElementsAre(0, 1, 2, 2, 0, 1, 1, 1, 0));
  EXPECT_THAT(data.value().class_names, ElementsAre("a", "b", "c"));
  EXPECT_EQ(data.value().classes, 3U);
  EXPECT_THAT(data.value().labels, AllOf(testing::SizeIs(3), Each(0.0F)));
  EXPECT_EQ(data.value().name, "t.txt");
}

TEST(Text, WhatFillsNoSampleIsLeftOut) {
  EXPECT_EQ(learn("abcabbab", 2).value().rows, 3U);
  EXPECT_EQ(learn("abcabbabc", 2).value().rows, 4U);
}

TEST(Text, BytesHaveNamesThatCanBePrinted) {
  const std::string text("\x01\n\t\\ z\xC3\xA4", 8);
  const Result<Dataset> data = learn(text, 7);
  ASSERT_TRUE(data) << data.error().sentence();
  EXPECT_THAT(data.value().class_names,
              ElementsAre("\\x01", "\\t", "\\n", " ", "\\\\", "z", "\\xA4", "\\xC3"));
  EXPECT_EQ(characters_of(data.value().class_names), "\x01\t\n \\z\xA4\xC3");
  EXPECT_EQ(characters_of(std::vector<std::string>{"ab", "", "q"}), "??q");
}

TEST(Text, FilesFollowOneAnother) {
  const TempFolder folder;
  const Paths files{folder.file("one", "ab"), folder.file("empty", ""), folder.file("two", "ba")};
  const Dataset data = load_characters(files, 3).value();
  EXPECT_THAT(data.dense, ElementsAre(0, 1, 1, 0));
  EXPECT_EQ(data.name, "3 texts");
}

TEST(Text, AFolderStandsForItsFilesByName) {
  const TempFolder folder;
  const auto b = folder.file("b", "b"), a = folder.file("a", "a");
  std::filesystem::create_symlink("a", folder.path() / "a-link");
  std::filesystem::create_directory(folder.path() / "deeper");
  std::ofstream(folder.path() / "deeper/c") << "c";
  EXPECT_EQ(text_files(Paths{folder.path()}).value(), (Paths{a, b}));
  EXPECT_EQ(text_files(Paths{b, folder.path() / "deeper"}).value(),
            (Paths{b, folder.path() / "deeper" / "c"}));
  // A link that is named is meant.
  EXPECT_EQ(text_files(Paths{folder.path() / "a-link"}).value(), (Paths{folder.path() / "a-link"}));
}

TEST(Text, SaysWhichFileIsNotThere) {
  const TempFolder folder;
  const Result<Paths> none = text_files(Paths{folder.path() / "nothing"});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().sentence(),
              AllOf(HasSubstr("there is no text"), HasSubstr("nothing; name text"), HasSubstr("--text")));
  const Result<Paths> empty = text_files(Paths{folder.path()});
  ASSERT_FALSE(empty);
  EXPECT_THAT(empty.error().sentence(), AllOf(HasSubstr("no file is in the folder"), HasSubstr("--text")));
  EXPECT_THAT(complaint(load_characters(Paths{folder.path() / "gone"}, 4)),
              AllOf(HasSubstr("gone cannot be read"), HasSubstr("--text")));
  EXPECT_THAT(complaint(load_characters(Paths{folder.path()}, 4)), HasSubstr("cannot be read"));
}

TEST(Text, SaysWhenThereIsTooLittle) {
  EXPECT_THAT(complaint(learn("", 4)), AllOf(HasSubstr("0 characters"), HasSubstr("at least 5 characters")));
  EXPECT_THAT(complaint(learn("abab", 4)), HasSubstr("t.txt: 4 characters, 2 different ones: too few"));
  EXPECT_EQ(complaint(learn("ababa", 4)), "none");
  EXPECT_THAT(complaint(learn("aaaaaaaa", 4)), HasSubstr("1 different ones: too few"));
}

TEST(Text, KnownCharactersAreTheClasses) {
  const std::vector<std::string> known{"\\n", "a", "b", "z"};
  const Result<Dataset> data = learn("ab\nab", 4, known);
  ASSERT_TRUE(data) << data.error().sentence();
  EXPECT_EQ(data.value().class_names, known);
  EXPECT_THAT(data.value().dense, ElementsAre(1, 2, 0, 1, 2));
  EXPECT_THAT(complaint(learn("ab\tab", 4, known)),
              AllOf(HasSubstr("t.txt: at byte 2: found '\\t'"), HasSubstr("not in the text of the training"),
                    HasSubstr("same characters")));
}

}  // namespace
}  // namespace gleaner
