// The models of torch_bench.
#pragma once

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "app/options.h"
#include "base/result.h"
#include "training/run_log.h"

namespace gleaner::bench {

struct Spread {
  double low, middle, high;  // quartiles
};
inline Spread spread_of(const std::vector<double>& values) {
  return {percentile(values, 0.25), percentile(values, 0.5), percentile(values, 0.75)};
}

struct Model {
  std::string name;
  TrainOptions options;
};

/// The transformer, and the models that python3-torch can export.
inline std::vector<Model> models(const std::filesystem::path& folder, std::size_t batch,
                                 std::uint64_t rounds) {
  TrainOptions text;
  text.objective = "charlm";
  text.device = "cpu";
  text.batch = batch;
  text.rounds = rounds;
  std::vector<Model> all{{"charlm", text}};
  const char* const given = std::getenv("GLEANER_SHARED");
  const std::string shared = std::string(given != nullptr ? given : GLEANER_SHARED_FOLDER) + "/data";
  for (const char* name : {"cnn", "resnet"}) {
    const std::string file = (folder / fmt::format("{}.pt", name)).string();
    const std::string command =
        fmt::format("/usr/bin/python3 -B '{}' {} '{}' >'{}.log' 2>&1", GLEANER_EXPORTER, name, file, file);
    if (std::system(command.c_str()) != 0) {
      fmt::print("no {}: python3-torch cannot export it\n", name);
      continue;
    }
    TrainOptions images = text;
    images.objective = "torchscript";
    images.module = file;
    images.data = shared + "/t10k-images-idx3-ubyte.gz";
    images.labels = shared + "/t10k-labels-idx1-ubyte.gz";
    if (!std::filesystem::exists(images.data)) {
      fmt::print("no {}: there is no {}\n", name, images.data);
      continue;
    }
    all.push_back({name, images});
  }
  return all;
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().sentence());
  return std::move(result).value();
}

}  // namespace gleaner::bench
