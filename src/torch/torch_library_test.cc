#include "torch/torch_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "torch/test_charlm.h"

namespace gleaner {
namespace {

using test::charlm_choice;
using test::kShape;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(TorchLibrary, IsThereWhereItWasBuilt) {
  const Result<const TorchLibrary*> library = torch_library();
  if (GLEANER_HAS_TORCH) {
    ASSERT_TRUE(library) << library.error().sentence();
    EXPECT_THAT(library.value()->version(), StartsWith("LibTorch "));
    EXPECT_EQ(torch_library().value(), library.value());
    return;
  }
  ASSERT_FALSE(library);
  EXPECT_EQ(library.error().kind, Error::Kind::bad_input);
  EXPECT_EQ(library.error().what,
            "this gleaner was built without LibTorch: there is no libgleaner_torch.so beside it");
  EXPECT_EQ(library.error().cure, "install the packages of group [torch] in packages.txt and build again");
}

#if GLEANER_HAS_TORCH
class TorchDoor : public test::Charlm {};

TEST_F(TorchDoor, KnowsItsDevices) {
  EXPECT_TRUE(library_->check_device("cpu"));
  const Status gpu = library_->check_device("cuda");
  if (!gpu) {
    EXPECT_THAT(gpu.error().sentence(), AllOf(HasSubstr("--device cuda"), HasSubstr("use --device cpu")));
  }
  EXPECT_THAT(library_->check_device("tpu").error().sentence(),
              AllOf(HasSubstr("--device tpu"), HasSubstr("name cpu, cuda or auto")));
}

TEST_F(TorchDoor, ATransformerIsAPureFunctionOfItsSeed) {
  EXPECT_EQ(module_, library_->charlm(kShape, 1).value());
  EXPECT_NE(module_, library_->charlm(kShape, 2).value());
}

TEST_F(TorchDoor, RefusesWhatIsNoTorchScript) {
  for (const std::string& bytes : {std::string(), std::string("no module at all"), module_.substr(0, 700)}) {
    EXPECT_THAT(complaint(charlm_choice(bytes), text_.samples()),
                AllOf(StartsWith("--module m.pt: no TorchScript module: "),
                      HasSubstr("; save one with torch.jit.script(module).save(FILE)")));
    const auto files = library_->extra_files(bytes, "m.pt", {"gleaner.json"});
    ASSERT_FALSE(files);
    EXPECT_THAT(files.error().sentence(), HasSubstr("m.pt: no TorchScript module"));
  }
}

TEST_F(TorchDoor, RefusesShapesThatDoNotFit) {
  TorchChoice choice = charlm_choice(module_);
  choice.input_shape = "3x5";
  EXPECT_THAT(complaint(choice, text_.samples()),
              HasSubstr("--input-shape 3x5 does not fit samples of 7 features; give a shape"));
  for (const char* nonsense : {"x7", "7x", "-7", "0x7", "seven", "1 7", "99999999999999999999"}) {
    choice.input_shape = nonsense;
    EXPECT_THAT(
        complaint(choice, text_.samples()),
        AnyOf(HasSubstr("is no shape; give sizes from 1 on, like"), HasSubstr("does not fit samples of 7")))
        << nonsense;
  }
  choice.input_shape = "7";
  EXPECT_EQ(complaint(choice, text_.samples()), "none");
  choice.input_shape = "7x1";  // the right number of them, but no row of tokens
  EXPECT_THAT(
      complaint(choice, text_.samples()),
      AllOf(HasSubstr("--module m.pt: it does not take int64 samples x 7 x 1"), HasSubstr("--input-shape")));
}

TEST_F(TorchDoor, RefusesLossesThatAreNone) {
  TorchChoice choice = charlm_choice(module_);
  choice.loss = "hinge";
  EXPECT_THAT(complaint(choice, text_.samples()),
              HasSubstr("--loss hinge is none; name cross_entropy, mse or module"));
  choice.loss = "cross_entropy";
  EXPECT_THAT(complaint(choice, text_.samples()),
              AllOf(HasSubstr("--module m.pt: forward takes 2 inputs, not 1"),
                    HasSubstr("; give it a method forward(self, x)")));
}

TEST_F(TorchDoor, RefusesSamplesThatTheModuleCannotTake) {
  std::vector<float> tokens = text_.tokens;
  tokens[3] = 9;  // no character
  Samples samples = text_.samples();
  samples.dense = tokens;
  EXPECT_THAT(
      complaint(charlm_choice(module_), samples),
      AllOf(HasSubstr("--module m.pt: it does not take int64 samples x 7"), HasSubstr("out of range")));
  tokens[3] = 1.5F;
  EXPECT_THAT(complaint(charlm_choice(module_), samples),
              AllOf(HasSubstr("1.5"), HasSubstr("whole number"), HasSubstr("sample 1"), HasSubstr("; ")));
}

TEST_F(TorchDoor, ReadsNoTensorOutOfSomethingElse) {
  for (const std::string& bytes : {std::string(), std::string("no tensor"), module_}) {
    const auto tensor = library_->read_tensor(bytes, "x.pt");
    ASSERT_FALSE(tensor);
    EXPECT_THAT(tensor.error().sentence(),
                AllOf(StartsWith("x.pt: "), HasSubstr("; save one tensor with torch.save(tensor, FILE)")));
  }
}
#endif

}  // namespace
}  // namespace gleaner
