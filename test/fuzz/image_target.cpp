// Descriptions of images and arrays as they come out of shared memory, and the first bytes of picture files.
#include <handoff/image.hpp>

#include "fuzz/input.hpp"
#include "sender/image_probe.hpp"
#include "sender/tiff_probe.hpp"
#include "slot/slots_layout.hpp"

using namespace handoff;
using namespace handoff::test;

namespace {

/// An accepted image fits into its bytes, row by row, computed without overflow.
void require_that_it_fits(const Image& image, std::uint64_t available) {
    __extension__ using Wide = unsigned __int128;
    require(image.width > 0 && image.height > 0, "an image has pixels");
    require(bytes_per_pixel(image.encoding) > 0, "an image has a known encoding");
    require(Wide{image.width} * bytes_per_pixel(image.encoding) <= image.step, "a row fits into a step");
    require(Wide{image.step} * image.height <= available, "all rows fit into what is there");
}

void require_that_it_fits(const Array& array, std::uint64_t available) {
    __extension__ using Wide = unsigned __int128;
    require(array.rank <= Array::max_rank && bytes_per_element(array.dtype) > 0, "an array has a known type and rank");
    Wide bytes = bytes_per_element(array.dtype);
    for (const std::uint32_t extent : array.shape()) bytes = extent == 0 ? 0 : bytes * extent;
    require(bytes <= available && array.byte_count() == bytes, "all elements fit into what is there");
}

void describe(Input& input) {
    const auto available = input.next<std::uint64_t>();
    const auto image = input.next<Image>();
    const auto checked = check_description(image, available);
    if (checked && image.is_array())
        require_that_it_fits(Array::from(image), available);
    else if (checked)
        require_that_it_fits(image, available);
    else
        require(!checked.error().message().empty(), "a refusal says why");
    const Image believed = detail::slot::sanitized(image, available);
    require(believed.is_described() == checked.has_value(), "only a checked description is believed");
    touch(image.frame());
    touch(believed.frame());
    touch(name_of(image.encoding));

    const auto rest = std::as_bytes(input.rest());
    const auto named = encoding_of({reinterpret_cast<const char*>(rest.data()), rest.size()});
    if (named)
        require(bytes_per_pixel(*named) > 0 || *named == Encoding::none || *named == Encoding::array,
                "a name stands for an encoding with pixels, or for none");
    else
        touch(named.error().message());
}

void probe(std::span<const std::byte> bytes) {
    const auto size = apps::sender::size_in_header(bytes);
    if (size) require(size->width > 0 && size->height > 0, "a picture has pixels");
    const auto ending = apps::sender::ending_of(bytes);
    touch(ending.why_incomplete);
    require(ending.next_jpeg < bytes.size() || bytes.empty(), "another JPEG begins among the bytes");
    if (const auto stored = apps::sender::stored_pixels(bytes))
        require(stored->channels >= 1 && stored->channels <= 4, "a pixel has one to four channels");
    require(apps::sender::tiff_pages(bytes).size() <= bytes.size(), "a page takes bytes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    if (input.next<std::uint8_t>() % 2 == 0)
        describe(input);
    else
        probe(std::as_bytes(input.rest()));
    return 0;
}
