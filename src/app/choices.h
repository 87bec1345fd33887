// The names that flags choose from: read by the checks and offered by the completion of the shell.
#pragma once

#include <array>
#include <string_view>

namespace gleaner {

inline constexpr std::array<std::string_view, 3> kMethods{"partial", "original", "uncoded"};
inline constexpr std::array<std::string_view, 3> kSchemes{"cyclic", "fractional-repetition", "regular-graph"};
inline constexpr std::array<std::string_view, 6> kOrders{"auto",       "optimal", "mixed",
                                                         "worst-case", "random",  "given"};
/// Of commands in which there are rounds to learn from.
inline constexpr std::array<std::string_view, 7> kRoundOrders{"auto",   "optimal", "mixed",  "worst-case",
                                                              "random", "given",   "learned"};
inline constexpr std::array<std::string_view, 4> kFrames{"auto", "ones", "gaussian", "coloured"};
inline constexpr std::array<std::string_view, 6> kObjectives{"softmax", "logistic",    "linear",
                                                             "mlp",     "torchscript", "charlm"};
inline constexpr std::array<std::string_view, 3> kLosses{"cross_entropy", "mse", "module"};
inline constexpr std::array<std::string_view, 2> kInputs{"float", "tokens"};
inline constexpr std::array<std::string_view, 3> kDevices{"auto", "cpu", "cuda"};
inline constexpr std::array<std::string_view, 7> kOptimizers{"sgd",    "momentum", "nesterov", "adam",
                                                             "fedavg", "fedavgm",  "fedadam"};
inline constexpr std::array<std::string_view, 5> kSchedules{"constant", "step", "cosine", "linear", "warmup"};
inline constexpr std::array<std::string_view, 6> kFormats{"auto", "csv", "libsvm", "idx", "npy", "pt"};
inline constexpr std::array<std::string_view, 2> kClocks{"real", "virtual"};
inline constexpr std::array<std::string_view, 3> kPolicies{"static", "skip", "replan"};
inline constexpr std::array<std::string_view, 3> kRecoveries{"exact", "deadline", "residual"};
inline constexpr std::array<std::string_view, 3> kUnrecoverable{"stop", "approximate", "wait"};
inline constexpr std::array<std::string_view, 9> kSpeedKinds{
    "constant", "exponential", "shifted-exponential", "lognormal", "pareto", "bimodal", "markov",
    "trace",    "none"};
inline constexpr std::array<std::string_view, 3> kFaultKinds{"crash", "hang", "none"};

/// The ways to keep them as in work/kept_gradient.h, and `auto` before them.
inline constexpr std::array<std::string_view, 4> kGradients{"auto", "float32", "bfloat16", "spilled"};
inline constexpr std::array<std::string_view, 2> kGrids{"none", "integer"};

}  // namespace gleaner
