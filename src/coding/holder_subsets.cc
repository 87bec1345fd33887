#include "coding/holder_subsets.h"

#include <algorithm>
#include <numeric>

#include "base/random.h"

namespace gleaner {
namespace {

using Labels = std::vector<std::uint32_t>;

// C(n, k), or `cap` if that is less.
std::size_t binomial(std::size_t n, std::size_t k, std::size_t cap) {
  std::size_t result = 1;
  for (std::size_t i = 1; i <= k; ++i) {
    result = result * (n - k + i) / i;  // exact: a product of i consecutive numbers
    if (result >= cap) return cap;
  }
  return result;
}

// The label lists of the chunks, without repetition: chunks whose holders have equal labels are alike.
std::vector<Labels> different_chunks(const Assignment& a, std::span<const std::uint32_t> label,
                                     std::size_t blocks) {
  std::vector<Labels> chunks;
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    if (a.replication(ChunkId(i)) < blocks) continue;
    Labels labels;
    for (const auto& holder : a.holders_of(ChunkId(i))) labels.push_back(label[holder.worker.index()]);
    std::sort(labels.begin(), labels.end());
    chunks.push_back(std::move(labels));
  }
  std::sort(chunks.begin(), chunks.end());
  chunks.erase(std::unique(chunks.begin(), chunks.end()), chunks.end());
  return chunks;
}

// Collects subsets and forgets repetitions whenever their number has doubled.
class Collector {
 public:
  explicit Collector(std::size_t size) { subsets_.size = size; }

  void add(const Labels& labels, std::span<const std::size_t> chosen) {
    for (const std::size_t k : chosen) subsets_.members.push_back(labels[k]);
    if (subsets_.count() >= next_) compact();
  }

  Subsets finish() {
    compact();
    return std::move(subsets_);
  }

 private:
  void compact() {
    std::vector<std::size_t> by_value(subsets_.count());
    std::iota(by_value.begin(), by_value.end(), std::size_t{0});
    const auto less = [&](std::size_t x, std::size_t y) {
      return std::lexicographical_compare(subsets_[x].begin(), subsets_[x].end(), subsets_[y].begin(),
                                          subsets_[y].end());
    };
    std::sort(by_value.begin(), by_value.end(), less);
    std::vector<std::uint32_t> kept;
    for (std::size_t k = 0; k < by_value.size(); ++k) {
      if (k > 0 && !less(by_value[k - 1], by_value[k])) continue;
      kept.insert(kept.end(), subsets_[by_value[k]].begin(), subsets_[by_value[k]].end());
    }
    subsets_.members = std::move(kept);
    next_ = std::max<std::size_t>(2 * subsets_.count(), 4096);
  }

  Subsets subsets_;
  std::size_t next_ = 4096;
};

// Every l-subset of 0..n-1 in lexicographic order.
void add_all(Collector& collector, const Labels& labels, std::size_t blocks) {
  std::vector<std::size_t> chosen(blocks);
  std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  while (true) {
    collector.add(labels, chosen);
    std::size_t k = blocks;
    while (k > 0 && chosen[k - 1] == labels.size() - blocks + k - 1) --k;
    if (k == 0) return;
    ++chosen[k - 1];
    for (; k < blocks; ++k) chosen[k] = chosen[k - 1] + 1;
  }
}

// `count` random l-subsets (Floyd's method would save draws; a partial shuffle is plainer).
void add_some(Collector& collector, const Labels& labels, std::size_t blocks, std::size_t count,
              Random& random) {
  std::vector<std::size_t> deck(labels.size());
  std::iota(deck.begin(), deck.end(), std::size_t{0});
  std::vector<std::size_t> chosen(blocks);
  for (std::size_t draw = 0; draw < count; ++draw) {
    for (std::size_t k = 0; k < blocks; ++k) std::swap(deck[k], deck[k + random.below(deck.size() - k)]);
    std::copy_n(deck.begin(), blocks, chosen.begin());
    std::sort(chosen.begin(), chosen.end());
    collector.add(labels, chosen);
  }
}

// Sum over the chunks of the number of their l-subsets, or cap if that is less.
std::size_t count_subsets(const std::vector<Labels>& chunks, std::size_t blocks, std::size_t cap) {
  std::size_t total = 0;
  for (const Labels& labels : chunks) {
    total += binomial(labels.size(), blocks, cap);
    if (total >= cap) return cap;
  }
  return total;
}

}  // namespace

Subsets holder_subsets(const Assignment& assignment, std::span<const std::uint32_t> label, std::size_t blocks,
                       std::size_t all_max, std::size_t sample_size) {
  Collector collector(blocks);
  const std::vector<Labels> chunks = different_chunks(assignment, label, blocks);
  if (count_subsets(chunks, blocks, all_max + 1) <= all_max) {
    for (const Labels& labels : chunks) add_all(collector, labels, blocks);
    return collector.finish();
  }
  Random random({.seed = 1, .purpose = Purpose::frame, .position = 1});
  const std::size_t looked_at = std::min(chunks.size(), sample_size);
  for (std::size_t k = 0; k < looked_at; ++k) {
    const Labels& labels = chunks[k * chunks.size() / looked_at];
    const std::size_t share = sample_size / looked_at;
    if (binomial(labels.size(), blocks, share + 1) <= share) {
      add_all(collector, labels, blocks);
    } else {
      add_some(collector, labels, blocks, share, random);
    }
  }
  Subsets some = collector.finish();
  some.complete = false;
  return some;
}

Subsets thinned(Subsets subsets, std::size_t limit) {
  if (subsets.count() <= limit) return subsets;
  Subsets some{subsets.size, {}, false};
  for (std::size_t k = 0; k < limit; ++k) {
    const auto subset = subsets[k * subsets.count() / limit];
    some.members.insert(some.members.end(), subset.begin(), subset.end());
  }
  return some;
}

}  // namespace gleaner
