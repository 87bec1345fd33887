#include "study/reproduce_page.h"

#include <cstdint>

#include <fmt/format.h>

#include "study/reproduce_remarks.h"
#include "study/reproduce_tables.h"

namespace gleaner {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, "Liberation Sans", sans-serif; color: #222; background: #fff; margin: 0 auto;
       max-width: 80rem; padding: 1rem 1.5rem 4rem; }
h1 { font-size: 1.7rem; margin: 1rem 0 .3rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .6rem; border-bottom: 1px solid #ccc; padding-bottom: .2rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .2rem; }
p, li { max-width: 50rem; }
p { margin: .3rem 0 .6rem; }
.verdict { background: #eef6ee; border-left: 4px solid #009E73; padding: .6rem 1rem; }
.verdict.off { background: #fdf1e7; border-color: #D55E00; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(34rem, 100%), 1fr)); gap: 1rem; }
figure { margin: 0; }
figure img { width: 100%; height: auto; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; margin: .6rem 0; }
th, td { padding: .15rem .7rem; text-align: right; white-space: nowrap; }
th { border-bottom: 2px solid #888; }
tr:nth-child(even) td { background: #f6f6f6; }
th.text, td.text { text-align: left; }
td.off { background: #fbd9c0 !important; font-weight: 600; }
.note { color: #555; font-size: .875rem; }
summary { cursor: pointer; margin: .6rem 0; }
)";

std::string table_html(const ReportTable& table) {
  std::string html = "<div class=\"scroll\"><table><thead><tr>";
  const auto kind = [&](std::size_t c) { return c < table.left ? " class=\"text\"" : ""; };
  for (std::size_t c = 0; c < table.header.size(); ++c) {
    html += fmt::format("<th scope=\"col\"{}>{}</th>", kind(c), html_text(table.header[c]));
  }
  html += "</tr></thead><tbody>\n";
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (std::size_t c = 0; c < row.size(); ++c) {
      const bool off = row[c].ends_with('!');
      html += fmt::format("<td{}>{}</td>", off ? " class=\"off\"" : kind(c), html_text(row[c]));
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::string figures_html(std::span<const DrawnFigure> figures, std::string_view table) {
  std::string html = "<div class=\"figures\">\n";
  for (const DrawnFigure& f : figures) {
    if (f.what.table != table) continue;
    // As images: what one figure defines cannot meet what another does.
    html += fmt::format(
        "<figure><img alt=\"{}\" width=\"{}\" height=\"{}\" src=\"data:image/svg+xml;base64,{}\">"
        "</figure>\n",
        html_text(f.what.caption), f.what.figure.width, f.what.figure.height, base64(f.svg));
  }
  return html + "</div>\n";
}

std::string remarks_html(const Reproduction& r) {
  std::string html = "<h2>Where the paper's figures mislead</h2>\n";
  for (const Remark& remark : remarks_on(r)) {
    html += fmt::format("<h3>{}</h3>\n<p>{}</p>\n", html_text(remark.title), html_text(remark.text));
  }
  return html;
}

std::string head_html(const Reproduction& r) {
  const Agreement a = agreement_of(r);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>The paper, reproduced</title>\n<style>{}</style></head><body>\n"
      "<h1>Leveraging partial stragglers within gradient coding, reproduced</h1>\n"
      "<p>A. Ramamoorthy, R. Meng, V. S. Girimaji, NeurIPS 2024, arXiv:2405.19509. {} workers and chunks, "
      "replication {}; a worker takes a time drawn from an exponential law of mean 1 for each of its chunks, "
      "drawn anew in every trial. Every round ran through the state machines that train; only the fixed sums "
      "of the original code need none. Seed {}.</p>\n"
      "<p class=\"verdict{}\">{}</p>\n",
      kStyle, kPaperWorkers, kPaperReplication, r.seed, a.beyond == 0 ? "" : " off",
      html_text(agreement_sentence(r)));
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&': html += "&amp;"; break;
      case '<': html += "&lt;"; break;
      case '>': html += "&gt;"; break;
      case '"': html += "&quot;"; break;
      case '\'': html += "&#39;"; break;
      default: html += c;
    }
  }
  return html;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t k = 0; k < bytes.size(); k += 3) {
    const std::size_t some = std::min<std::size_t>(3, bytes.size() - k);
    std::uint32_t group = 0;
    for (std::size_t b = 0; b < 3; ++b) {
      group = group << 8U | (b < some ? static_cast<std::uint8_t>(bytes[k + b]) : 0U);
    }
    for (std::size_t d = 0; d < 4; ++d) {
      text += d <= some ? kDigits[(group >> (18 - 6 * d)) & 63U] : '=';
    }
  }
  return text;
}

std::string page_of(const Reproduction& r, std::span<const DrawnFigure> figures) {
  std::string html = head_html(r) + remarks_html(r);
  for (const ReportTable& table : tables_of(r)) {
    html += fmt::format("<h2 id=\"{}\">{}</h2>\n", table.key, html_text(table.title));
    html += figures_html(figures, table.key);
    html += fmt::format("<p class=\"note\">{}</p>\n<details{}><summary>The numbers</summary>\n{}</details>\n",
                        html_text(table.note), table.key == "times" ? " open" : "", table_html(table));
  }
  return html + "</body></html>\n";
}

}  // namespace gleaner
