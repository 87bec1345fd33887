#include "study/reproduce.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "study/reproduce_figures.h"
#include "study/reproduce_json.h"
#include "study/reproduce_page.h"
#include "study/reproduce_remarks.h"
#include "study/reproduce_tables.h"

namespace gleaner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The whole of it once, with as few trials as there can be.
const Reproduction& tiny() {
  static const Reproduction once = [] {
    ReproduceOptions options;
    options.trials = 2;
    return reproduce(options).value();
  }();
  return once;
}

// The same with a published number beside two of its rows, the second one far away.
Reproduction compared() {
  Reproduction r = tiny();
  r.has_paper = true;
  r.times[0].compared = Compared{{5.5, 0.1, 2000}, 1.5};
  r.residuals[0].norm_compared = Compared{{5.9, std::nullopt, 1000}, -4.5};
  return r;
}

TEST(Reproduce, OptionsAreChecked) {
  ReproduceOptions options;
  EXPECT_TRUE(check(options).ok());
  options.trials = 1;
  EXPECT_THAT(check(options).error().sentence(), HasSubstr("--trials 1 has no standard error"));
  options.trials = 2'000'000;
  EXPECT_THAT(check(options).error().sentence(), HasSubstr("--trials 2000000"));
  options.trials = 2;
  options.g1 = Assignment::cyclic(100, 100, 8).value();
  EXPECT_THAT(check(options).error().sentence(), HasSubstr("has 100 chunks on 100 workers"));
  EXPECT_FALSE(reproduce(options).ok());
}

TEST(Reproduce, QMaxOfTheOptimalOrderIsItsFormula) {
  std::size_t seen = 0;
  for (const OrderRow& row : tiny().orders) {
    EXPECT_GE(row.q_max, static_cast<double>(row.lower_bound));
    if (row.order != "optimal") continue;
    ++seen;
    const double l = static_cast<double>(row.blocks);
    EXPECT_EQ(row.q_max, 1 + 200 * 8 - (8 - l + 1) * (8 - l + 2) / 2);
  }
  EXPECT_EQ(seen, 6U);
}

TEST(Reproduce, TablesLineUp) {
  for (const Reproduction& r : {tiny(), compared()}) {
    const std::vector<ReportTable> tables = tables_of(r);
    ASSERT_EQ(tables.size(), 4U);
    for (const ReportTable& table : tables) {
      for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.header.size()) << table.key;
      EXPECT_THAT(text_of(table), HasSubstr(table.title));
    }
    const bool has = r.has_paper;
    EXPECT_EQ(text_of(tables[0]).find("published") != std::string::npos, has);
  }
}

TEST(Reproduce, AgreementIsCountedAndSaid) {
  EXPECT_EQ(agreement_of(tiny()).rows, 0U);
  EXPECT_THAT(agreement_sentence(tiny()), HasSubstr("Nothing is compared"));
  const Agreement found = agreement_of(compared());
  EXPECT_EQ(found.rows, 2U);
  EXPECT_EQ(found.beyond, 1U);
  EXPECT_EQ(found.worst, 4.5);
  EXPECT_THAT(agreement_sentence(compared()), HasSubstr("1 of 2 published numbers are more than 4"));
  EXPECT_THAT(text_of(tables_of(compared())[1]), HasSubstr("-4.5 !"));
  Reproduction unknown = compared();
  unknown.times[0].compared->deviation = NAN;
  EXPECT_EQ(agreement_of(unknown).beyond, 2U);
}

TEST(Reproduce, JsonHoldsEveryRow) {
  const nlohmann::json j = nlohmann::json::parse(json_of(compared()));
  EXPECT_EQ(j["seed"], 1);
  EXPECT_EQ(j["exact_completion_time"].size(), tiny().times.size());
  EXPECT_EQ(j["approximate"].size(), tiny().residuals.size() + tiny().shipping_original.size());
  EXPECT_EQ(j["q_max"].size(), tiny().orders.size());
  EXPECT_EQ(j["stability"].size(), tiny().stability.size());
  EXPECT_EQ(j["agreement"]["beyond_4"], 1);
  EXPECT_EQ(j["approximate"][0]["norm_deviation"], -4.5);
  EXPECT_TRUE(j["approximate"][0]["norm_published"]["std_error"].is_null());
  EXPECT_TRUE(nlohmann::json::parse(json_of(tiny()))["agreement"].is_null());
}

TEST(Reproduce, ThePageNeedsNothingElse) {
  const Reproduction r = compared();
  std::vector<DrawnFigure> drawn;
  for (NamedFigure& figure : figures_of(r)) drawn.push_back({std::move(figure), "<svg>drawn</svg>"});
  ASSERT_GE(drawn.size(), 10U);
  const std::string page = page_of(r, drawn);
  EXPECT_THAT(page, HasSubstr("data:image/svg+xml;base64," + base64("<svg>drawn</svg>")));
  for (const char* outside : {"src=\"http", "href=", "<script", "@import", "url("}) {
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  }
  for (const Remark& remark : remarks_on(r)) EXPECT_THAT(page, HasSubstr(html_text(remark.text)));
  EXPECT_THAT(page, HasSubstr("<td class=\"off\">-4.5 !</td>"));
}

// Published numbers and G1 are needed for some, not for all.
TEST(Reproduce, RemarksSayWhatThisRunKnows) {
  const std::vector<Remark> few = remarks_on(tiny());
  EXPECT_EQ(few.size(), 5U);
  for (const Remark& remark : few) {
    EXPECT_THAT(remark.title, Not(HasSubstr("legend")));
    EXPECT_THAT(remark.text, Not(HasSubstr("nan")));
  }
  Reproduction r = compared();
  r.has_g1 = true;
  for (TimeRow& row : r.times) row.scheme_key = row.scheme_key == "random-graph" ? "g1" : row.scheme_key;
  EXPECT_THAT(remarks_on(r).front().title, HasSubstr("legend"));
}

TEST(Reproduce, TextForPages) {
  EXPECT_EQ(html_text("<a & 'b' \"c\">"), "&lt;a &amp; &#39;b&#39; &quot;c&quot;&gt;");
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFF\xFE"), "//4=");
}

}  // namespace
}  // namespace gleaner
