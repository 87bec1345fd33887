#include "app/charlm_voice.h"

#include <array>

#include <fmt/format.h>

#include "data/text.h"

namespace gleaner {
namespace {

constexpr std::size_t kCharacters = 72;  // what fits into a line of a terminal
constexpr double kTemperature = 0.7;

}  // namespace

CharlmVoice::CharlmVoice(std::shared_ptr<const TorchModel> model, const CharlmShape& shape,
                         const Dataset& data, std::uint64_t seed)
    : model_(std::move(model)),
      context_(shape.context),
      characters_(characters_of(data.class_names)),
      seed_(seed) {}

std::string CharlmVoice::write(RoundId round, const std::vector<float>& parameters) const {
  const auto line_end = characters_.find('\n');
  const std::array<std::uint32_t, 1> start{
      line_end == std::string::npos ? 0 : static_cast<std::uint32_t>(line_end)};
  const Result<std::vector<std::uint32_t>> tokens =
      model_->written(parameters, start, kCharacters, context_, kTemperature, seed_ + round.value);
  if (!tokens) return tokens.error().sentence();
  std::string text;
  for (const std::uint32_t token : tokens.value()) {
    const char c = characters_[token];
    text += c >= ' ' && c <= '~' ? c : ' ';
  }
  return fmt::format("\"{}\"", text);
}

}  // namespace gleaner
