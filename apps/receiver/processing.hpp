// One request, from its bytes to its answer.
#pragma once

#include "receiver/operations.hpp"

#include <handoff/channel.hpp>

#include <opencv2/core/mat.hpp>

#include <string>

namespace handoff::apps::receiver {

/// What was made, still in the slot: valid until the request is finished.
struct Product {
    cv::Mat picture;  ///< empty if there is none
    Encoding encoding = Encoding::none;
    std::string text;  ///< the answer if it is not a picture
};

/// Carries the operation out and describes its result, in the reply area or, `in_place`, in the payload. The request is
/// left to be finished with processed(), or processed(text). Throws Error: too_large, invalid_argument.
Product process(Request& request, Operation operation, bool in_place);

}  // namespace handoff::apps::receiver
