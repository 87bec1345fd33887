#include "training/model_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <limits>

#include "base/random.h"
#include "support/line_objective.h"
#include "support/output_folder.h"
#include "training/safetensors.h"

namespace gleaner {
namespace {

using ::gleaner::test::bytes_of;
using ::gleaner::test::LineObjective;
using ::gleaner::test::OutputFolder;
using ::testing::HasSubstr;

const std::vector<Objective::Part> kParts{{"weights", {3, 2}}, {"bias", {2}}};
const std::vector<float> kNumbers{1, 2, 3, 4, 5, -6.5F, 7, 8e-20F};
const Metadata kMetadata{{"objective", "softmax"}, {"labels", "[\"cat\", \"d\u00f6g\"]"}};

bool same_parts(const std::vector<Objective::Part>& a, const std::vector<Objective::Part>& b) {
  return std::ranges::equal(
      a, b, [](const auto& x, const auto& y) { return x.name == y.name && x.shape == y.shape; });
}

bool is_the_model(const Model& model) {
  return same_parts(model.parts, kParts) && model.metadata == kMetadata &&
         model.parameters.size() == kNumbers.size() &&
         std::memcmp(model.parameters.data(), kNumbers.data(), kNumbers.size() * sizeof(float)) == 0;
}

void put(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string complaint(const std::filesystem::path& path) {
  const Result<Model> model = read_model(path);
  return model ? "none" : model.error().what;
}

class EveryFormat : public ::testing::TestWithParam<const char*> {
 protected:
  OutputFolder folder_;
  std::filesystem::path path_ = folder_.path() / GetParam();
};
INSTANTIATE_TEST_SUITE_P(Formats, EveryFormat, ::testing::Values("m.npz", "m.safetensors"),
                         [](const auto& tested) { return std::string(tested.param).substr(2); });

TEST_P(EveryFormat, ReadsBackWhatItWrote) {
  ASSERT_TRUE(save_model(path_, kParts, kNumbers, kMetadata).ok());
  const Result<Model> model = read_model(path_);
  ASSERT_TRUE(model.ok()) << model.error().sentence();
  EXPECT_TRUE(is_the_model(model.value()));
  EXPECT_EQ(model.value().source, path_.string());
  EXPECT_EQ(folder_.files(), 1U);
}

TEST_P(EveryFormat, DoesWithoutMetadataAndWithAScalarAndAnEmptyPart) {
  const std::vector<Objective::Part> parts{{"none", {0, 5}}, {"one", {}}};
  ASSERT_TRUE(save_model(path_, parts, std::vector<float>{2.5F}).ok());
  const Result<Model> model = read_model(path_);
  ASSERT_TRUE(model.ok()) << model.error().sentence();
  EXPECT_TRUE(same_parts(model.value().parts, parts));
  EXPECT_EQ(model.value().parameters, std::vector<float>{2.5F});
  EXPECT_TRUE(model.value().metadata.empty());
}

TEST_P(EveryFormat, EqualModelsGiveEqualBytesAndReplaceOlderOnes) {
  ASSERT_TRUE(save_model(path_, kParts, std::vector<float>(8, 0.0F)).ok());
  ASSERT_TRUE(save_model(path_, kParts, kNumbers, kMetadata).ok());
  const std::string bytes = bytes_of(path_);
  ASSERT_TRUE(save_model(path_, kParts, kNumbers, kMetadata).ok());
  EXPECT_EQ(bytes_of(path_), bytes);
  EXPECT_EQ(folder_.files(), 1U);
}

TEST_P(EveryFormat, NamesThePathThatCannotBeWrittenOrRead) {
  const auto path = folder_.path() / "missing" / GetParam();
  const Status status = save_model(path, kParts, kNumbers);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().what, HasSubstr(path.string() + ": No such file"));
  EXPECT_THAT(complaint(path), HasSubstr(path.string() + ": No such file"));
}

TEST_P(EveryFormat, RefusesNumbersThatAreNotFinite) {
  std::vector<float> numbers = kNumbers;
  numbers[7] = std::numeric_limits<float>::quiet_NaN();
  ASSERT_TRUE(save_model(path_, kParts, numbers).ok());
  EXPECT_THAT(complaint(path_), HasSubstr("number 1 of bias is NaN"));
  numbers[4] = -std::numeric_limits<float>::infinity();
  ASSERT_TRUE(save_model(path_, kParts, numbers).ok());
  EXPECT_THAT(complaint(path_), HasSubstr("number 4 of weights is infinite"));
}

// Every bit of the file, one after the other: an error that names the file, or the very same model.
TEST_P(EveryFormat, AFlippedBitNeverGivesAnotherModel) {
  ASSERT_TRUE(save_model(path_, kParts, kNumbers, kMetadata).ok());
  const std::string sound = bytes_of(path_);
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < 8 * sound.size(); ++bit) {
    std::string bytes = sound;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    put(path_, bytes);
    const Result<Model> model = read_model(path_);
    if (model) {
      ASSERT_TRUE(is_the_model(model.value())) << "bit " << bit;
      continue;
    }
    ++refused;
    ASSERT_THAT(model.error().what, HasSubstr(path_.string()));
  }
  EXPECT_GT(refused, 4 * sound.size());
}

TEST_P(EveryFormat, ACutFileIsRefused) {
  ASSERT_TRUE(save_model(path_, kParts, kNumbers, kMetadata).ok());
  const std::string sound = bytes_of(path_);
  for (std::size_t size = 0; size < sound.size(); ++size) {
    put(path_, sound.substr(0, size));
    ASSERT_FALSE(read_model(path_).ok()) << size;
  }
  put(path_, sound + "x");
  const Result<Model> longer = read_model(path_);
  EXPECT_TRUE(!longer || is_the_model(longer.value()));
}

TEST_P(EveryFormat, SeveralChangesNeverBreakTheReader) {
  ASSERT_TRUE(save_model(path_, kParts, kNumbers, kMetadata).ok());
  const std::string sound = bytes_of(path_);
  Random random({.seed = 20240519});
  for (int k = 0; k < 3000; ++k) {
    std::string bytes =
        sound.substr(0, sound.size() - (random.below(3) == 0 ? random.below(sound.size()) : 0));
    if (bytes.empty()) continue;
    for (std::uint64_t n = 1 + random.below(8); n > 0; --n)
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    put(path_, bytes);
    const Result<Model> model = read_model(path_);
    ASSERT_TRUE(!model || model.value().parameters == kNumbers);
  }
}

TEST(ModelFile, IsKnownByItsEnd) {
  EXPECT_TRUE(check_model_path("--model-out", "a/b.npz").ok());
  EXPECT_TRUE(check_model_path("--model-out", "b.safetensors").ok());
  for (const char* path : {"model.pt", "model", ".npz", "a.npz/model"}) {
    const Status s = check_model_path("--model-out", path);
    ASSERT_FALSE(s.ok()) << path;
    EXPECT_THAT(s.error().what, HasSubstr(std::string("--model-out ") + path));
  }
  EXPECT_THAT(read_model("model.pt").error().sentence(), HasSubstr("give --model model.npz"));
}

TEST(ModelFile, HoldsArraysAsNumpyWritesThem) {
  const OutputFolder folder;
  const auto path = folder.path() / "model.npz";
  ASSERT_TRUE(save_npz(path, kParts, kNumbers).ok());
  const std::string bytes = bytes_of(path);
  EXPECT_EQ(bytes.substr(0, 4), "PK\x03\x04");
  EXPECT_THAT(bytes, HasSubstr("weights.npy"));
  EXPECT_THAT(bytes, HasSubstr("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }"));
  EXPECT_THAT(bytes, HasSubstr("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"));
  const std::size_t magic = bytes.find("\x93NUMPY");
  ASSERT_NE(magic, std::string::npos);
  const std::size_t length = static_cast<unsigned char>(bytes[magic + 8]);
  EXPECT_EQ((10 + length) % 64, 0U);
  EXPECT_EQ(bytes[magic + 9 + length], '\n');
  EXPECT_EQ(bytes.substr(magic + 10 + length, 4), std::string("\0\0\x80\x3F", 4));  // 1.0F
}

// ---- safetensors of other writers

std::string safetensors(const std::string& header, std::string_view numbers) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + std::string(numbers);
}

class Safetensors : public ::testing::Test {
 protected:
  std::string error_of(const std::string& header, std::string_view numbers) {
    put(path_, safetensors(header, numbers));
    return complaint(path_);
  }
  OutputFolder folder_;
  std::filesystem::path path_ = folder_.path() / "m.safetensors";
  const std::string_view one_{"\0\0\x80\x3F", 4};
};

TEST_F(Safetensors, ReadsAFileWithoutAChecksum) {
  put(path_, safetensors(R"({"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},)"
                         R"("a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}   )",
                         std::string(one_) + std::string("\0\0\0\x40", 4)));
  const Result<Model> model = read_model(path_);
  ASSERT_TRUE(model.ok()) << model.error().sentence();
  EXPECT_TRUE(same_parts(model.value().parts, {{"a", {1, 1}}, {"b", {1}}}));
  EXPECT_EQ(model.value().parameters, (std::vector<float>{1, 2}));
}

TEST_F(Safetensors, NamesWhatIsWrong) {
  EXPECT_THAT(error_of("[]", one_), HasSubstr("not a JSON object"));
  EXPECT_THAT(error_of("{}", ""), HasSubstr("holds no tensor"));
  EXPECT_THAT(error_of(R"({"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})", one_),
              HasSubstr("tensor a has the type F16, expected F32"));
  EXPECT_THAT(error_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", one_),
              HasSubstr("tensor a has 4 bytes, which do not fill the shape (2,)"));
  EXPECT_THAT(error_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}})", one_),
              HasSubstr("tensor a lies outside of the file"));
  EXPECT_THAT(error_of(R"({"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}})", one_),
              HasSubstr("tensor a has 4 bytes, which do not fill"));
  EXPECT_THAT(error_of(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", one_),
              HasSubstr("tensor a is not described"));
  EXPECT_THAT(error_of(R"({"a":7})", one_), HasSubstr("tensor a is not described"));
  EXPECT_THAT(error_of(R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})", one_),
              HasSubstr("4 bytes of numbers, its tensors 0"));
  EXPECT_THAT(error_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                       R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                       one_),
              HasSubstr("tensor b does not follow"));
  EXPECT_THAT(error_of(R"({"__metadata__":{"gleaner.format":"1"},)"
                       R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                       one_),
              HasSubstr("checksum is missing"));
  EXPECT_THAT(error_of(std::string(500'000, '['), one_), HasSubstr("nested too deeply"));
}

// ---- putting a model to use

Model line_model() { return {"line.npz", {{"b", {1}}, {"a", {1}}}, {3, 4}, {{"objective", "linear"}}}; }

TEST(ModelUse, MatchesPartsByName) {
  const Result<std::vector<float>> parameters = parameters_of(LineObjective(3), line_model());
  ASSERT_TRUE(parameters.ok()) << parameters.error().sentence();
  EXPECT_EQ(parameters.value(), (std::vector<float>{4, 3}));
  EXPECT_TRUE(evaluate_model(LineObjective(3), line_model(), {}).ok());
}

TEST(ModelUse, NamesThePartThatDoesNotFit) {
  const auto why = [](const Model& model) {
    const Result<std::vector<float>> p = parameters_of(LineObjective(3), model);
    return p ? "none" : p.error().sentence();
  };
  Model model = line_model();
  model.parts[1].name = "slope";
  EXPECT_THAT(why(model),
              HasSubstr("line.npz does not fit the objective line: it has no part a, it has b, slope"));
  EXPECT_THAT(why(model), HasSubstr("was trained with --objective linear"));
  model = line_model();
  model.parts[0].shape = {1, 1};
  EXPECT_THAT(why(model), HasSubstr("b has the shape (1, 1), expected (1,)"));
  model = line_model();
  model.parts.push_back({"c", {1}});
  model.parameters.push_back(5);
  EXPECT_THAT(why(model), HasSubstr("it has the parts b, a, c, expected a, b"));
}

}  // namespace
}  // namespace gleaner
