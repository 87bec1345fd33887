#include "app/reproduce_files.h"

#include <filesystem>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "app/build_plan.h"
#include "app/output_files.h"
#include "study/figure.h"
#include "study/reproduce_figures.h"
#include "study/reproduce_json.h"
#include "study/reproduce_page.h"
#include "training/atomic_file.h"

namespace gleaner {
namespace {

namespace fs = std::filesystem;

constexpr const char* kResults = "paper-results.json";
constexpr const char* kG1 = "assignment-g1.csv";

Result<fs::path> find_results(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return fs::path(path);
  for (const char* inside : {"", "reference", "shared/reference"}) {
    const fs::path file = fs::path(path) / inside / kResults;
    if (fs::exists(file, ignored)) return file;
  }
  return bad_input(fmt::format("--reference {}: there is no {} in this folder, nor in its reference or "
                               "shared/reference",
                               path, kResults),
                   "give the file, or leave --reference away to compare nothing");
}

}  // namespace

Result<PaperFiles> read_paper_files(const std::string& path) {
  const Result<fs::path> file = find_results(path);
  if (!file) return file.error();
  const Result<std::string> text = read_file("--reference", file.value().string());
  if (!text) return text.error();
  Result<PaperResults> results =
      PaperResults::parse(text.value(), fmt::format("--reference {}", file.value().string()));
  if (!results) return results.error();
  PaperFiles files{std::move(results).value(), {}};
  const fs::path beside = file.value().parent_path() / kG1;
  std::error_code ignored;
  if (!fs::exists(beside, ignored)) return files;
  const Result<std::string> rows = read_file("--reference", beside.string());
  if (!rows) return rows.error();
  Result<Assignment> g1 = Assignment::from_csv(rows.value(), fmt::format("--reference {}", beside.string()));
  if (!g1) return g1.error();
  files.g1 = std::move(g1).value();
  return files;
}

Status make_out_folder(const std::string& path) {
  std::error_code error;
  const fs::path folder(path);
  if (fs::exists(folder, error) && !fs::is_directory(folder, error)) {
    return bad_input(fmt::format("--out {} is not a folder", path), "give a folder");
  }
  if (!fs::is_directory(folder, error)) {
    fs::path parent = fs::absolute(folder, error).lexically_normal();
    if (!parent.has_filename()) parent = parent.parent_path();  // "out/"
    parent = parent.parent_path();
    if (!fs::is_directory(parent, error)) {
      return bad_input(fmt::format("--out {} cannot be made: there is no folder {}", path, parent.string()),
                       "make that first or give another path");
    }
    fs::create_directory(folder, error);
    if (error) {
      return bad_input(fmt::format("--out {} cannot be made: {}", path, error.message()),
                       "give a path that you may write to");
    }
  }
  return check_out_folder("--out", path);
}

Status write_report(const std::string& folder, const Reproduction& reproduction) {
  const fs::path to(folder);
  std::vector<DrawnFigure> drawn;
  for (NamedFigure& figure : figures_of(reproduction)) {
    Result<std::string> svg = draw_svg(figure.figure);
    if (!svg) return svg.error();
    if (Status s = write_atomically(to / figure.file, svg.value()); !s) return s;
    drawn.push_back({std::move(figure), std::move(svg).value()});
  }
  if (Status s = write_atomically(to / "results.json", json_of(reproduction) + "\n"); !s) return s;
  return write_atomically(to / "index.html", page_of(reproduction, drawn));
}

}  // namespace gleaner
