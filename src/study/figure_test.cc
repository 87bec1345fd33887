#include "study/figure.h"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

using testing::HasSubstr;
using testing::Not;

Figure small() {
  Figure f;
  f.title = "Time of a round";
  f.x.label = "blocks";
  f.y.label = "time [s]";
  f.series.push_back({"partial", {{1, 2.3, 2.2, 2.4}, {2, 3.9, 3.8, 4.0}, {3, 5.9, 5.7, 6.1}}});
  f.series.push_back({"published", {{1, 2.35}, {2, 3.92}}, FigureSeries::Style::published});
  return f;
}

TEST(Figure, TextsAreShownAndNeverRun) {
  Figure f = small();
  const std::string nasty =
      "it's `touch pwned` \"$(touch pwned)\" @x \\n <b>&amp; %f {/Bold a}_2^3\nsystem 'touch pwned'";
  f.title = f.x.label = f.y.label = f.series[0].name = nasty;
  f.x.names = {{1, nasty}, {2, "%f 100%"}};
  EXPECT_THAT(figure_script(f), HasSubstr("'it''s `touch pwned`"));
  EXPECT_THAT(figure_script(f), Not(HasSubstr("\nsystem")));
  const Result<std::string> svg = draw_svg(f);
  ASSERT_TRUE(svg.ok()) << svg.error().sentence();
  EXPECT_THAT(svg.value(), HasSubstr("it's `touch pwned`"));
  EXPECT_THAT(svg.value(), HasSubstr("&lt;b>&amp;amp; %f {/Bold a}_2^3"));
  EXPECT_THAT(svg.value(), HasSubstr("%f 100%</text>")) << "a tick is text, too";
  EXPECT_FALSE(std::filesystem::exists("pwned"));
}

TEST(Figure, IsOneWholeSvgDocument) {
  const Result<std::string> svg = draw_svg(small());
  ASSERT_TRUE(svg.ok()) << svg.error().sentence();
  EXPECT_THAT(svg.value(), testing::StartsWith("<?xml"));
  EXPECT_THAT(svg.value(), HasSubstr("</svg>"));
  EXPECT_THAT(svg.value(), HasSubstr("Time of a round"));
  EXPECT_EQ(svg.value(), draw_svg(small()).value()) << "the same figure is the same text";
}

TEST(Figure, PointsThatCannotBeShownAreLeftOut) {
  Figure f = small();
  f.y.log = true;
  f.series[0].points.push_back({4, 0});
  f.series[0].points.push_back({5, std::numeric_limits<double>::quiet_NaN()});
  f.series[0].points.push_back({std::numeric_limits<double>::infinity(), 1});
  const std::string script = figure_script(f);
  EXPECT_THAT(script, Not(HasSubstr("nan")));
  EXPECT_THAT(script, Not(HasSubstr("inf")));
  EXPECT_THAT(script, Not(HasSubstr("\n4 0")));
}

TEST(Figure, NothingToDrawIsAnError) {
  Figure f = small();
  for (FigureSeries& s : f.series) s.points.clear();
  const Result<std::string> svg = draw_svg(f);
  ASSERT_FALSE(svg.ok());
  EXPECT_THAT(svg.error().what, HasSubstr("nothing to draw"));
}

TEST(Figure, WithoutGnuplotTheErrorNamesThePackage) {
  const char* path = std::getenv("PATH");
  const std::string before = path == nullptr ? "" : path;
  setenv("PATH", "/nowhere", 1);
  const Result<std::string> svg = draw_svg(small());
  setenv("PATH", before.c_str(), 1);
  ASSERT_FALSE(svg.ok());
  EXPECT_THAT(svg.error().sentence(), HasSubstr("gnuplot-nox"));
}

}  // namespace
}  // namespace gleaner
