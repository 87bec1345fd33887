#include "torch/plugin/charlm.h"

#include <cmath>
#include <sstream>

#include <fmt/format.h>
#include <torch/script.h>

#include "base/random.h"
#include "torch/plugin/module_file.h"

namespace gleaner {
namespace {

constexpr const char* kBlock = R"(
def block{0}(self, h: Tensor) -> Tensor:
    n, t, width = h.size(0), h.size(1), h.size(2)
    a = torch.layer_norm(h, [width], self.norm_a{0}, self.norm_a{0}_bias, 1e-5, False)
    qkv = torch.matmul(a, self.qkv{0}) + self.qkv{0}_bias
    q, k, v = qkv.view(n, t, 3, {1}, width // {1}).permute(2, 0, 3, 1, 4).unbind(0)
    scores = torch.matmul(q, k.transpose(2, 3)) * {2}
    place = torch.arange(t, device=h.device)
    seen = torch.softmax(scores.masked_fill(place > place.unsqueeze(1), -1e9), 3)
    joined = torch.matmul(seen, v).transpose(1, 2).reshape(n, t, width)
    h = h + torch.matmul(joined, self.out{0}) + self.out{0}_bias
    b = torch.layer_norm(h, [width], self.norm_b{0}, self.norm_b{0}_bias, 1e-5, False)
    wide = torch.gelu(torch.matmul(b, self.wide{0}) + self.wide{0}_bias)
    return h + torch.matmul(wide, self.narrow{0}) + self.narrow{0}_bias
)";

constexpr const char* kEnds = R"(
def forward(self, x: Tensor, y: Tensor) -> Tuple[Tensor, Tensor]:
    scores = self.scores(x[:, :-1])
    next = x[:, 1:]
    n, t, v = scores.size(0), scores.size(1), scores.size(2)
    losses = torch.cross_entropy_loss(scores.reshape(n * t, v), next.reshape(n * t), None, 0)
    return losses.view(n, t).mean(1), scores.argmax(2).eq(next).to(scores.dtype).mean(1)
)";

class Maker {
 public:
  Maker(torch::jit::Module& module, std::uint64_t seed) : module_(module), seed_(seed) {}

  void drawn(const std::string& name, std::vector<std::int64_t> shape, double sigma) {
    at::Tensor t = torch::zeros(shape);
    Random random({.seed = seed_, .purpose = Purpose::parameters, .position = next_++});
    for (std::int64_t i = 0; i < t.numel(); ++i)
      t.data_ptr<float>()[i] = static_cast<float>(sigma * random.normal());
    add(name, t);
  }
  void filled(const std::string& name, std::int64_t size, double value) {
    add(name, torch::full({size}, value));
  }

 private:
  void add(const std::string& name, const at::Tensor& t) {
    module_.register_parameter(name, t.set_requires_grad(true), /*is_buffer=*/false);
  }

  torch::jit::Module& module_;
  std::uint64_t seed_;
  std::uint64_t next_ = 0;
};

}  // namespace

Result<std::string> charlm_module(const CharlmShape& shape, std::uint64_t seed) {
  GLEANER_CHECK(shape.vocabulary >= 2 && shape.context > 0 && shape.layers > 0 && shape.heads > 0 &&
                    shape.width % shape.heads == 0,
                "a transformer of this shape");
  const auto v = static_cast<std::int64_t>(shape.vocabulary), t = static_cast<std::int64_t>(shape.context),
             d = static_cast<std::int64_t>(shape.width);
  const double sigma = 1 / std::sqrt(static_cast<double>(shape.width));
  const double added = sigma / std::sqrt(2.0 * static_cast<double>(shape.layers));
  try {
    torch::jit::Module module("charlm");
    Maker make(module, seed);
    make.drawn("characters", {v, d}, sigma);
    make.drawn("places", {t, d}, sigma);
    std::string scores =
        "\ndef scores(self, x: Tensor) -> Tensor:\n"
        "    h = torch.embedding(self.characters, x) + self.places[:x.size(1)]\n";
    for (std::size_t l = 0; l < shape.layers; ++l) {
      const auto named = [l](const char* name) { return fmt::format("{}{}", name, l); };
      for (const char* norm : {"norm_a", "norm_b"}) {
        make.filled(named(norm), d, 1);
        make.filled(named(norm) + "_bias", d, 0);
      }
      make.drawn(named("qkv"), {d, 3 * d}, sigma);
      make.filled(named("qkv") + "_bias", 3 * d, 0);
      make.drawn(named("out"), {d, d}, added);
      make.filled(named("out") + "_bias", d, 0);
      make.drawn(named("wide"), {d, 4 * d}, sigma);
      make.filled(named("wide") + "_bias", 4 * d, 0);
      make.drawn(named("narrow"), {4 * d, d}, added / 2);
      make.filled(named("narrow") + "_bias", d, 0);
      const double scale = 1 / std::sqrt(static_cast<double>(shape.width / shape.heads));
      module.define(fmt::format(fmt::runtime(kBlock), l, shape.heads, fmt::format("{:.17g}", scale)));
      scores += fmt::format("    h = self.block{}(h)\n", l);
    }
    make.filled("norm", d, 1);
    make.filled("norm_bias", d, 0);
    scores += fmt::format(
        "    h = torch.layer_norm(h, [{}], self.norm, self.norm_bias, 1e-5, False)\n"
        "    return torch.matmul(h, self.characters.t())\n",
        d);
    module.define(scores);
    module.define(kEnds);
    module.register_attribute("input_tokens", c10::BoolType::get(), true);
    std::ostringstream out;
    module.save(out);
    return out.str();
  } catch (const std::exception& e) {
    return run_failed(fmt::format("the transformer cannot be made: {}", words_of(e)));
  }
}

}  // namespace gleaner
