#include "torch/plugin/module_file.h"

#include <algorithm>
#include <functional>
#include <set>
#include <sstream>
#include <unordered_set>

#include <fmt/format.h>
#include <torch/csrc/jit/passes/inliner.h>

namespace gleaner {
namespace {

using torch::jit::Block;
using torch::jit::Node;

constexpr std::size_t kWordsMax = 300;

void for_each_node(const Block* block, const std::function<void(const Node&)>& look) {
  for (const Node* node : block->nodes()) {
    look(*node);
    for (const Block* inner : node->blocks()) for_each_node(inner, look);
  }
}

// The code of forward with everything that it calls.
std::shared_ptr<torch::jit::Graph> whole_graph(const torch::jit::Module& module) {
  std::shared_ptr<torch::jit::Graph> graph = module.get_method("forward").graph()->copy();
  torch::jit::Inline(*graph);
  return graph;
}

// Draws that LibTorch does not list itself: layers that drop out within one operator.
bool is_drawing_layer(const Node& node) {
  static const std::set<std::string> kinds{"aten::lstm",
                                           "aten::gru",
                                           "aten::rnn_tanh",
                                           "aten::rnn_relu",
                                           "aten::feature_dropout",
                                           "aten::alpha_dropout",
                                           "aten::dropout_",
                                           "aten::feature_alpha_dropout",
                                           "aten::bernoulli_",
                                           "aten::normal_",
                                           "aten::uniform_",
                                           "aten::random_",
                                           "aten::exponential_",
                                           "aten::rrelu_",
                                           "aten::rand_like",
                                           "aten::randn_like",
                                           "aten::randint_like",
                                           "aten::native_dropout",
                                           "aten::scaled_dot_product_attention"};
  return kinds.count(node.kind().toQualString()) != 0;
}

bool reads_the_world(const Node& node) {
  static const std::set<std::string> kinds{"aten::seed",          "aten::manual_seed",   "aten::initial_seed",
                                           "aten::get_rng_state", "aten::set_rng_state", "aten::time"};
  return kinds.count(node.kind().toQualString()) != 0;
}

// A list or dictionary of the module that its code changes: it would know what was computed before.
bool changes_a_container(const Node& node) {
  static const std::set<std::string> kinds{
      "aten::append",  "aten::extend",  "aten::insert",     "aten::pop",    "aten::remove",
      "aten::clear",   "aten::update",  "aten::_set_item",  "aten::Delete", "aten::sort",
      "aten::reverse", "aten::popitem", "aten::setdefault", "aten::add_"};
  return kinds.count(node.kind().toQualString()) != 0 && node.inputs().size() > 0 &&
         node.input(0)->node()->kind() == c10::prim::GetAttr &&
         !node.input(0)->type()->isSubtypeOf(*c10::TensorType::get());
}

Error against(const std::string& name, const std::string& problem, const std::string& cure) {
  return bad_input(fmt::format("--module {}: {}", name, problem), cure);
}

}  // namespace

std::string words_of(const std::exception& e) {
  const auto* ours = dynamic_cast<const c10::Error*>(&e);
  std::string text = ours != nullptr ? ours->what_without_backtrace() : e.what();
  // The interpreter puts its trace before what happened: "...RuntimeError: what happened".
  if (const auto at = text.rfind("RuntimeError: "); at != std::string::npos) text.erase(0, at + 14);
  std::replace(text.begin(), text.end(), '\n', ' ');
  text.erase(std::unique(text.begin(), text.end(), [](char a, char b) { return a == ' ' && b == ' '; }),
             text.end());
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  if (text.size() > kWordsMax) text = text.substr(0, kWordsMax) + " ..";
  return text;
}

ModuleTensors tensors_of(const torch::jit::Module& module) {
  ModuleTensors all;
  std::unordered_set<const c10::TensorImpl*> seen;
  for (const auto& p : module.named_parameters(/*recurse=*/true)) {
    if (!seen.insert(p.value.unsafeGetTensorImpl()).second) continue;
    (p.value.requires_grad() ? all.trained : all.state).push_back({p.name, p.value});
  }
  for (const auto& a : module.named_attributes(/*recurse=*/true)) {
    if (!a.value.isTensor() || !a.value.toTensor().defined()) continue;
    if (!seen.insert(a.value.toTensor().unsafeGetTensorImpl()).second) continue;
    all.state.push_back({a.name, a.value.toTensor()});
  }
  return all;
}

Result<torch::jit::Module> read_module(const std::string& bytes, const std::string& name, ExtraFiles* extra) {
  try {
    std::istringstream in(bytes);
    torch::jit::ExtraFilesMap wanted;
    if (extra != nullptr)
      for (const auto& [file, text] : *extra) wanted[file] = "";
    torch::jit::Module module = torch::jit::load(in, c10::Device(at::kCPU), wanted);
    if (extra != nullptr)
      for (auto& [file, text] : *extra) text = wanted[file];
    return module;
  } catch (const std::exception& e) {
    return against(name, fmt::format("no TorchScript module: {}", words_of(e)),
                   "save one with torch.jit.script(module).save(FILE), as examples/export_model.py does");
  }
}

Status check_module(const torch::jit::Module& module, const std::string& name, std::size_t inputs) {
  const auto forward = module.find_method("forward");
  const std::string cure =
      inputs == 2 ? "give it a method forward(self, x, y)" : "give it a method forward(self, x)";
  if (!forward) return against(name, "the module has no method forward", cure);
  const auto& arguments = forward->function().getSchema().arguments();
  std::size_t needed = 0;
  for (const auto& a : arguments) needed += a.default_value() ? 0 : 1;
  if (needed > inputs + 1 || arguments.size() < inputs + 1) {
    return against(name,
                   fmt::format("forward takes {} input{}, not {}", arguments.size() - 1,
                               arguments.size() == 2 ? "" : "s", inputs),
                   cure);
  }
  const ModuleTensors tensors = tensors_of(module);
  if (tensors.trained.empty())
    return against(name, "no parameter requires a gradient",
                   "leave requires_grad at its default, and do not freeze");
  for (const NamedTensor& p : tensors.trained) {
    if (p.tensor.scalar_type() == at::kFloat) continue;
    return against(
        name, fmt::format("the parameter {} is of type {}", p.name, c10::toString(p.tensor.scalar_type())),
        "call module.float() before it is saved");
  }
  std::string reason;
  for_each_node(whole_graph(module)->block(), [&](const Node& node) {
    if (!reason.empty()) return;
    if (node.kind() == c10::prim::SetAttr &&
        !node.inputs().at(1)->type()->isSubtypeOf(*c10::TensorType::get())) {
      reason = fmt::format(
          "forward sets the attribute {}, which is no tensor, so that a gradient would depend on "
          "what was computed before it",
          node.s(c10::attr::name));
    } else if (node.kind() == c10::prim::fork) {
      reason = "forward forks, and who draws or adds first is left to chance";
    } else if (changes_a_container(node)) {
      reason = fmt::format(
          "forward changes the attribute {}, which is no tensor, so that a gradient would depend on "
          "what was computed before it",
          node.input(0)->node()->s(c10::attr::name));
    } else if (reads_the_world(node)) {
      reason = fmt::format("forward calls {}, whose result is not the same every time",
                           node.kind().toUnqualString());
    }
  });
  if (reason.empty()) return {};
  return against(
      name, fmt::format("not deterministic: {}", reason),
      "every holder of a chunk must get the same gradient: leave it out of forward, or use a buffer");
}

bool draws(const torch::jit::Module& module) {
  bool any = false;
  for_each_node(whole_graph(module)->block(),
                [&](const Node& node) { any = any || node.isNondeterministic() || is_drawing_layer(node); });
  return any;
}

}  // namespace gleaner
