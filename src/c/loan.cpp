#include "c/loan.hpp"

#include "c/abi_guard.hpp"
#include "c/image.hpp"

using namespace handoff;

extern "C" {

void* handoff_loan_data(const handoff_loan* loan) {
    return loan == nullptr ? nullptr : loan->value.payload().data();
}

size_t handoff_loan_capacity(const handoff_loan* loan) {
    return loan == nullptr ? 0 : loan->value.payload().size();
}

size_t handoff_loan_bytes(const handoff_loan* loan) {
    return loan == nullptr ? 0 : loan->value.size();
}

handoff_status handoff_loan_resize(handoff_loan* loan, size_t bytes) {
    return detail::c::guarded(
        [&] { return detail::c::status_of(detail::c::handle(loan, "loan").value.resize(bytes)); });
}

handoff_status handoff_loan_describe(handoff_loan* loan, const handoff_image* image) {
    return detail::c::guarded([&] {
        return detail::c::status_of(
            detail::c::handle(loan, "loan").value.describe(detail::c::image_of(*detail::c::place(image, "the image"))));
    });
}

void handoff_loan_drop(handoff_loan** loan) {
    detail::c::drop(loan);
}

}  // extern "C"
