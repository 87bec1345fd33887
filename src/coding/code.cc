#include "coding/code.h"

#include "base/check.h"
#include "coding/code_original.h"
#include "coding/code_partial.h"

namespace gleaner {

std::shared_ptr<const Code> code_for(Method method) {
  switch (method) {
    case Method::partial: return std::make_shared<PartialCode>("partial");
    case Method::original: return std::make_shared<OriginalCode>();
    case Method::uncoded: return std::make_shared<PartialCode>("uncoded");
  }
  check_failed("a known method", __FILE__, __LINE__, "code_for a method that does not exist");
}

}  // namespace gleaner
