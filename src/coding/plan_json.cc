// The canonical text of a plan and its reader.
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "coding/hex_float.h"
#include "coding/limits.h"
#include "coding/plan.h"

namespace gleaner {
namespace {

constexpr std::size_t kFormat = 1;
constexpr std::size_t kArithmeticBytesMax = 4096;

// Writes "[f(0),f(1),..]" for `count` entries.
template <class F>
void append_list(std::string& text, std::size_t count, F&& entry) {
  text += '[';
  for (std::size_t k = 0; k < count; ++k) {
    if (k > 0) text += ',';
    entry(k);
  }
  text += ']';
}

void append_number(std::string& text, std::size_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  text.append(digits, end);
}

}  // namespace

std::string Plan::canonical() const {
  std::string text =
      fmt::format(R"({{"format":{},"method":"{}","chunks":{},"workers":{},"blocks":{},"holders":)", kFormat,
                  name_of(method_), chunks(), workers(), blocks());
  append_list(text, chunks(), [&](std::size_t i) {
    const auto holders = assignment_.holders_of(ChunkId(static_cast<std::uint32_t>(i)));
    append_list(text, holders.size(), [&](std::size_t h) { append_number(text, holders[h].worker.index()); });
  });
  text += R"(,"order":)";
  append_list(text, workers(), [&](std::size_t j) {
    const auto order = ordering_.of(WorkerId(static_cast<std::uint32_t>(j)));
    append_list(text, order.size(), [&](std::size_t p) { append_number(text, order[p].index()); });
  });
  text +=
      fmt::format(R"(,"frame":{{"kind":"{}","colours":{},"rows":)", name_of(frame_.kind()), frame_.colours());
  append_list(text, workers(), [&](std::size_t j) {
    const auto row = frame_.row(WorkerId(static_cast<std::uint32_t>(j)));
    append_list(text, row.size(), [&](std::size_t k) { text += '"' + hex_text(row[k]) + '"'; });
  });
  text += "}";
  if (!arithmetic_.empty())
    text += R"(,"arithmetic":)" +
            nlohmann::json(arithmetic_).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  return text + "}";
}

namespace {

using Json = nlohmann::json;

// Reads the fields of a plan. The first complaint is kept; once there is one, readers return empty values and
// nobody looks at them.
class Reader {
 public:
  explicit Reader(std::string_view name) : name_(name) {}

  void complain(std::string_view field, std::string_view what) {
    if (error_) return;
    error_ = bad_input(fmt::format("{}: the field \"{}\" {}", name_, field, what),
                       "use a file that `gleaner plan` wrote");
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  // An object with exactly these keys, and perhaps another one.
  bool is_object(const Json& json, std::string_view field, std::initializer_list<const char*> keys,
                 const char* perhaps = nullptr) {
    if (!json.is_object()) {
      complain(field, "is not an object");
      return false;
    }
    for (const char* key : keys) {
      if (!json.contains(key)) complain(key, "is missing");
    }
    if (!error_ && json.size() != keys.size() + (perhaps != nullptr && json.contains(perhaps) ? 1 : 0))
      complain(field, "has keys that a plan does not have");
    return !error_;
  }

  std::size_t number(const Json& json, std::string_view field, std::size_t limit) {
    if (json.is_number_unsigned() && json.get<std::uint64_t>() <= limit) return json.get<std::uint64_t>();
    complain(field, fmt::format("is not a whole number from 0 to {}", limit));
    return 0;
  }

  // The position of a name in `names`.
  std::size_t choice(const Json& json, std::string_view field,
                     std::initializer_list<std::string_view> names) {
    if (json.is_string()) {
      std::size_t k = 0;
      for (const std::string_view name : names) {
        if (json.get_ref<const std::string&>() == name) return k;
        ++k;
      }
    }
    complain(field, fmt::format("is not one of {}", fmt::join(names, ", ")));
    return 0;
  }

  // An array of `size` arrays (of any size): calls f(entry, index of the inner array) for every entry.
  template <class F>
  void nested(const Json& json, std::string_view field, std::size_t size, F&& f) {
    if (!json.is_array() || json.size() != size) {
      complain(field, fmt::format("is not a list of {} lists", size));
      return;
    }
    for (std::size_t k = 0; k < size; ++k) {
      if (!json[k].is_array()) complain(field, fmt::format("has no list at place {}", k));
      if (error_) return;
      for (const Json& entry : json[k]) f(entry, k);
    }
  }

  std::string text(const Json& json, std::string_view field) {
    if (json.is_string() && json.get_ref<const std::string&>().size() <= kArithmeticBytesMax) return json;
    complain(field, fmt::format("is not a text of at most {} bytes", kArithmeticBytesMax));
    return {};
  }

  double hex(const Json& json, std::string_view field) {
    if (json.is_string()) {
      if (const auto value = parse_hex(json.get_ref<const std::string&>())) return *value;
    }
    complain(field, "has an entry that is not a number like \"0x1.8p+0\"");
    return 0;
  }

 private:
  std::string_view name_;
  std::optional<Error> error_;
};

// The contents of a plan before they are checked against one another.
struct Parts {
  Method method = Method::partial;
  std::size_t workers = 0;
  std::size_t chunks = 0;
  std::size_t blocks = 0;
  std::vector<std::pair<ChunkId, WorkerId>> pairs;
  std::vector<std::vector<Slot>> order;
  FrameKind kind = FrameKind::ones;
  std::size_t colours = 0;
  std::vector<double> rows;
  std::string arithmetic;
};

void read_frame(Reader& reader, const Json& json, Parts& parts) {
  if (!reader.is_object(json, "frame", {"kind", "colours", "rows"})) return;
  parts.kind =
      static_cast<FrameKind>(reader.choice(json["kind"], "frame.kind", {"ones", "gaussian", "coloured"}));
  parts.colours = reader.number(json["colours"], "frame.colours", kWorkersMax);
  std::vector<std::size_t> length(parts.workers, 0);
  reader.nested(json["rows"], "frame.rows", parts.workers, [&](const Json& entry, std::size_t j) {
    parts.rows.push_back(reader.hex(entry, "frame.rows"));
    ++length[j];
  });
  for (const std::size_t n : length) {
    if (n != parts.blocks) {
      reader.complain("frame.rows", fmt::format("has a row that does not have {} numbers", parts.blocks));
    }
  }
}

Parts read_parts(Reader& reader, const Json& json) {
  Parts parts;
  if (!reader.is_object(json, "plan",
                        {"format", "method", "chunks", "workers", "blocks", "holders", "order", "frame"},
                        "arithmetic")) {
    return parts;
  }
  if (reader.number(json["format"], "format", kWorkersMax) != kFormat) {
    reader.complain("format", fmt::format("is not {}, the only format known", kFormat));
  }
  parts.method =
      static_cast<Method>(reader.choice(json["method"], "method", {"partial", "original", "uncoded"}));
  parts.chunks = reader.number(json["chunks"], "chunks", kChunksMax);
  parts.workers = reader.number(json["workers"], "workers", kWorkersMax);
  parts.blocks = reader.number(json["blocks"], "blocks", kWorkersMax);
  if (reader.error()) return parts;
  reader.nested(json["holders"], "holders", parts.chunks, [&](const Json& entry, std::size_t i) {
    const std::size_t worker = reader.number(entry, "holders", kWorkersMax);
    parts.pairs.emplace_back(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(worker));
  });
  if (json["order"].is_array() && json["order"].size() == parts.workers) parts.order.resize(parts.workers);
  reader.nested(json["order"], "order", parts.workers, [&](const Json& entry, std::size_t j) {
    parts.order[j].emplace_back(static_cast<std::uint32_t>(reader.number(entry, "order", kChunksMax)));
  });
  if (json.contains("arithmetic")) parts.arithmetic = reader.text(json["arithmetic"], "arithmetic");
  if (!reader.error()) read_frame(reader, json["frame"], parts);
  return parts;
}

Error in_field(std::string_view name, std::string_view field, const Error& error) {
  return bad_input(fmt::format("{}: the field \"{}\" is wrong: {}", name, field, error.what), error.cure);
}

}  // namespace

Result<Plan> Plan::parse(std::string_view text, std::string_view name) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    return bad_input(fmt::format("{}: not a JSON text", name), "use a file that `gleaner plan` wrote");
  }
  Reader reader(name);
  Parts parts = read_parts(reader, json);
  if (reader.error()) return *reader.error();
  auto assignment = Assignment::from_pairs(parts.chunks, parts.workers, parts.pairs);
  if (!assignment) return in_field(name, "holders", assignment.error());
  auto ordering = Ordering::from_slots(assignment.value(), std::move(parts.order));
  if (!ordering) return in_field(name, "order", ordering.error());
  auto frame =
      Frame::from_rows(parts.kind, parts.workers, parts.blocks, std::move(parts.rows), parts.colours);
  if (!frame) return in_field(name, "frame", frame.error());
  auto plan = make(parts.method, std::move(assignment).value(), std::move(ordering).value(),
                   std::move(frame).value());
  if (!plan) return bad_input(fmt::format("{}: {}", name, plan.error().what), plan.error().cure);
  return plan.value().with_arithmetic(std::move(parts.arithmetic));
}

}  // namespace gleaner
