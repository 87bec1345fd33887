// What a person can ask for on the command line, as plain values.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gleaner {

/// Flags that every command with settings has.
struct ConfigOptions {
  std::string file;    ///< TOML file with more of them
  bool print = false;  ///< print them as such a file
};

/// Flags that make a plan (`train` and `plan`). Strings are checked where the plan is made.
struct PlanOptions {
  std::string method = "partial";
  std::string scheme = "cyclic";
  std::string assignment;  ///< CSV file; empty: by scheme
  std::string plan_file;   ///< plan file; empty: by the other flags
  std::size_t workers = 8;
  std::optional<std::size_t> chunks;  ///< none: as many as workers
  std::size_t replication = 3;
  std::size_t blocks = 1;
  std::string order = "auto";  ///< optimal; where chunks are skipped and the placement is cyclic, mixed
  std::string frame = "auto";
  std::uint64_t seed = 1;

  std::vector<std::string> given;  ///< the flags that were written down, e.g. "--workers"
  [[nodiscard]] bool gave(std::string_view flag) const {
    return std::find(given.begin(), given.end(), flag) != given.end();
  }
};

/// Flags of how connections are protected.
struct SecurityOptions {
  std::string tls;        ///< folder with ca.pem, cert.pem and key.pem; empty: plaintext, within this machine
  bool insecure = false;  ///< plaintext beyond this machine
};

/// What --when-unrecoverable is where workers are processes, which come back.
inline constexpr const char* kClusterWaits = "wait=60s";

/// Flags of a run whose workers are processes.
struct ClusterOptions {
  std::string listen;               ///< HOST:PORT; empty: no cluster
  std::size_t local_processes = 0;  ///< started here; 0: none
  SecurityOptions security;
  std::size_t start_with = 0;  ///< workers that must be there for the first round; 0: all
  std::string share;           ///< folder in which workers find the data, too; empty: they are sent theirs
  std::string heartbeat = "100ms";

  [[nodiscard]] bool on() const { return !listen.empty() || local_processes > 0; }
};

/// Flags of `gleaner train`, and of `gleaner server`, which has the same run done by processes elsewhere.
struct TrainOptions {
  PlanOptions plan;
  ConfigOptions config;
  ClusterOptions cluster;
  std::string policy = "skip";
  std::size_t margin = 0;  ///< copies beyond the blocks before a chunk is skipped
  std::string recovery = "exact";
  std::string when_unrecoverable = "stop";
  std::string speeds = "none";
  std::string faults = "none";

  std::string objective = "softmax";
  std::string hidden = "128";  ///< widths of the hidden layers of mlp
  std::string data;
  std::string labels;
  std::string test;
  std::string test_labels;
  std::string label_column;  ///< of a CSV file; empty: by name, or the last one
  std::string format = "auto";
  std::size_t features = 0;             ///< at least so many; libsvm names only those that are not zero
  std::size_t classes = 0;              ///< so many, where the file may not show all; 0: as many as it shows
  std::optional<double> test_fraction;  ///< none: 0.2 of synthetic data, 0 of files

  std::string module;  ///< TorchScript file
  std::string loss = "cross_entropy";
  std::string input_shape;       ///< of one sample, "1x28x28"; empty: as the module says, or flat
  std::string input = "float";   ///< float | tokens: samples are whole numbers
  std::string text;              ///< files and folders, comma-separated, of charlm
  std::string transformer;       ///< its shape: "layers=2,heads=4,width=64,context=64"
  std::size_t micro_batch = 32;  ///< most samples that pass through a module at once
  std::size_t threads = 1;       ///< of one worker that computes a module
  std::string device = "auto";
  std::size_t samples_every = 0;  ///< rounds between texts that charlm writes; 0: ten in all

  std::string optimizer;  ///< empty: the objective's default
  std::optional<double> learning_rate;
  std::optional<double> momentum;
  std::string schedule = "constant";
  double l2 = 0;
  std::size_t local_steps = 0;       ///< 0: none, chunks give gradients
  std::optional<double> local_rate;  ///< none: one that suits the objective
  std::optional<double> prox;
  std::size_t batch = 0;  ///< samples per chunk and round; 0: the whole chunk
  std::uint64_t rounds = 100;
  std::string time_limit;
  std::optional<double> target_accuracy;
  std::size_t test_every = 0;  ///< rounds between tests; 0: at the end, or every round for a target accuracy

  std::string memory;              ///< of a worker; empty: no limit
  std::string gradients = "auto";  ///< how a worker keeps them
  std::string spill_folder;        ///< for gradients that are spilled; empty: TMPDIR, or /var/tmp

  std::string clock = "real";
  bool verify = false;
  bool compare = false;
  bool bounds = false;
  bool json = false;
  std::string log;
  std::string trace;
  std::string model_out;

  std::string checkpoint;  ///< folder; empty: none are written
  std::size_t checkpoint_every = 10;
  bool resume = false;
};

/// Flags of `gleaner worker`.
struct WorkerFlags {
  ConfigOptions config;
  std::string connect;  ///< HOST:PORT
  std::optional<std::size_t> slot;
  std::string data;  ///< folder in which chunks are looked for and kept; empty: in memory only
  SecurityOptions security;
  std::string spill_folder;       ///< for gradients that are spilled; empty: TMPDIR, or /var/tmp
  std::string patience = "5min";  ///< without a server
  std::string trace;
};

/// Flags of `gleaner status` and `gleaner stop`.
struct AskFlags {
  ConfigOptions config;
  std::string connect;
  SecurityOptions security;
  bool json = false;
};

/// Flags of `gleaner eval`.
struct EvalOptions {
  ConfigOptions config;
  std::string model;
  std::string data;
  std::string labels;
  std::string format = "auto";
  bool json = false;
};

/// Flags of `gleaner plan`.
struct FactsOptions {
  PlanOptions plan;
  ConfigOptions config;
  std::size_t dimension = 1'000'000;  ///< gradient length for the memory facts
  bool json = false;
  std::string out;  ///< write the plan itself here
};

/// Flags of `gleaner simulate`. Times may be plain numbers, in seconds. A LIST is comma-separated; every
/// combination of values is one row.
struct SimulateOptions {
  PlanOptions plan;  ///< but for what the lists say
  ConfigOptions config;
  std::string methods = "partial";
  std::string policies = "static";
  std::size_t margin = 0;  ///< copies beyond the blocks before a chunk is skipped
  std::string replications = "3";
  std::string blocks = "1";
  std::string orders = "auto";

  std::string recovery = "exact";  ///< deadline=T/T/..: one row each
  std::string when_unrecoverable = "stop";
  std::string speeds = "exponential:mean=1";
  std::string faults = "none";
  std::string network = "ideal";
  std::string grid = "none";
  std::string plan_time = "0";       ///< from a report until orders that follow from it leave
  double liars = 0;                  ///< share of workers that lie about their speed
  std::string silence = "10";        ///< a worker that is not heard of is given up after so long
  std::size_t checkpoint_every = 1;  ///< rounds

  std::size_t trials = 1000;
  std::size_t rounds = 1;     ///< of each trial
  std::size_t dimension = 0;  ///< floats of gradient and parameters; 0: vectors have no size
  std::size_t threads = 0;    ///< 0: one per core

  bool bounds = false;
  bool ledger = false;
  bool json = false;
  std::string svg;
  std::optional<std::size_t> disasters;
};

/// Flags of `gleaner reproduce`.
struct ReproduceFlags {
  ConfigOptions config;
  std::string reference;              ///< file or folder with what was published; empty: nothing is compared
  std::optional<std::size_t> trials;  ///< none: as many as the paper
  std::uint64_t seed = 1;
  std::size_t threads = 0;  ///< 0: one per core
  bool json = false;
  std::string out;  ///< folder for figures and page; empty: none
};

/// Flags of `gleaner grid`. All times are in mean chunk times.
struct GridFlags {
  ConfigOptions config;
  std::string assignment;  ///< CSV file; empty: a random graph
  std::string traces;      ///< CSV files or logs, comma-separated; empty: no measured times
  std::size_t workers = 200;
  std::size_t replication = 8;
  std::size_t trials = 40;
  std::size_t rounds = 50;  ///< of each trial
  std::string plan_time = "0.01";
  std::uint64_t seed = 1;
  std::size_t threads = 0;  ///< 0: one per core
  bool losses = false;
  bool json = false;
  std::string out;  ///< folder for figures and results; empty: none

  std::vector<std::string> given;  ///< the flags that were written down
};

/// Flags of `gleaner advise`. Times may be plain numbers, in seconds.
struct AdviseOptions {
  ConfigOptions config;
  std::size_t workers = 8;
  std::optional<std::size_t> chunks;  ///< none: as many as workers
  std::string speeds = "exponential:mean=1";
  std::string faults = "none";
  std::string network = "ideal";
  std::string policy = "skip";
  std::string bandwidth;  ///< of a worker's link; empty: as --network says
  std::size_t dimension = 1'000'000;
  std::string memory;      ///< of a worker, for chunk gradients; empty: no limit
  std::size_t losses = 0;  ///< so many at least must be tolerated
  double residual = 0;     ///< so large a relative residual is allowed

  std::size_t trials = 1000;
  std::size_t rounds = 1;  ///< of each trial
  std::size_t seed = 1;
  std::size_t threads = 0;  ///< 0: one per core
  bool json = false;
};

/// Flags of `gleaner certs`.
struct CertsOptions {
  std::string out;  ///< folder
  std::size_t workers = 8;
  std::size_t spares = 0;
  std::string server;  ///< host names and addresses, comma-separated
  std::size_t days = 365;
  bool json = false;
};

}  // namespace gleaner
