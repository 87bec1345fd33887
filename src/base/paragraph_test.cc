#include "base/paragraph.h"

#include <gtest/gtest.h>

namespace gleaner {
namespace {

TEST(Paragraph, IndentsEveryLine) {
  EXPECT_EQ(paragraph("one two", "   "), "   one two\n");
  EXPECT_EQ(paragraph("one two", "  - "), "  - one two\n");
  EXPECT_EQ(paragraph("", "  "), "  \n");
}

TEST(Paragraph, CutsAtBlanksAndNoLineIsLongerThanAHundred) {
  const std::string a(60, 'a'), b(60, 'b');
  EXPECT_EQ(paragraph(a + " " + b, "- "), "- " + a + "\n  " + b + "\n");
  EXPECT_EQ(paragraph(std::string(49, 'a') + " " + std::string(50, 'b'), ""),
            std::string(49, 'a') + " " + std::string(50, 'b') + "\n");
  EXPECT_EQ(paragraph(std::string(50, 'a') + " " + std::string(50, 'b'), ""),
            std::string(50, 'a') + "\n" + std::string(50, 'b') + "\n");
}

TEST(Paragraph, ALongWordStandsAlone) {
  const std::string path(140, '/');
  EXPECT_EQ(paragraph("in " + path + " now", ""), "in\n" + path + "\nnow\n");
}

TEST(Paragraph, CountsLettersNotBytes) {
  EXPECT_EQ(letters("2 ± 1"), 5U);
  std::string many;
  for (int k = 0; k < 100; ++k) many += "±";
  EXPECT_EQ(paragraph(many, ""), many + "\n");
}

}  // namespace
}  // namespace gleaner
