//! Pictures as sellers upload them, made into the sizes that pages show.
//!
//! Size and pixels are checked before anything is decoded; the orientation a camera noted is applied, and everything else it
//! noted (place, time, thumbnail) is left behind because every size is written anew. Storing them is the `db` crate's business.

use fast_image_resize::{PixelType, Resizer, images::Image};
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits};
use sha2::{Digest, Sha256};
use std::io::Cursor;
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// The largest upload, bytes.
pub const UPLOAD_BYTES_MAX: usize = 20 << 20;
/// The most pictures in one upload.
pub const UPLOAD_FILES_MAX: usize = 20;
/// The widths made, in pixels; those wider than the picture are left out, its own width taking their place.
pub const WIDTHS: [u32; 5] = [320, 640, 960, 1440, 1920];
/// The longest side accepted, pixels.
const SIDE_PIXELS_MAX: u32 = 12_000;
/// The most pixels accepted: a 50-megapixel camera.
const PIXELS_MAX: u64 = 50_000_000;
/// Memory one picture may take while it is decoded, bytes.
const DECODE_BYTES_MAX: u64 = 512 << 20;
/// Quality of the JPEGs written, of 100.
const JPEG_QUALITY: u8 = 82;
/// Pictures decoded at the same time; each may take hundreds of megabytes.
const AT_ONCE_MAX: usize = 2;

static DECODING: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(AT_ONCE_MAX));

/// An uploaded picture in all its sizes.
#[derive(Clone, Debug)]
pub struct PreparedPicture {
    /// SHA-256 of the upload in hexadecimal: the same file twice is one picture.
    pub content_hash: String,
    /// Width of the upload as seen, pixels.
    pub width: u32,
    /// Height of the upload as seen, pixels.
    pub height: u32,
    /// Narrowest first; at least one.
    pub sizes: Vec<PictureSize>,
}

/// One size of a picture.
#[derive(Clone, Debug)]
pub struct PictureSize {
    /// Pixels.
    pub width: u32,
    /// `image/jpeg` or `image/png`.
    pub content_type: &'static str,
    /// The file.
    pub body: Vec<u8>,
}

/// Why an upload is not taken, in words for the seller.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// More bytes than allowed.
    #[error("The picture is larger than {} MB.", UPLOAD_BYTES_MAX >> 20)]
    TooManyBytes,
    /// More pixels than allowed.
    #[error("The picture has {width} × {height} pixels; at most {SIDE_PIXELS_MAX} on a side and 50 million in all can be taken.")]
    TooManyPixels {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// No JPEG, PNG or WebP.
    #[error("This is not a JPEG, PNG or WebP picture.")]
    UnknownFormat,
    /// It starts like a picture and then does not go on like one.
    #[error("The picture is damaged and cannot be read.")]
    Damaged(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl PictureError {
    fn damaged(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Damaged(Box::new(cause))
    }
}

/// Makes all sizes of an upload, away from the threads that answer requests and never more than two at the same time.
///
/// # Errors
/// When the upload is too large, no picture we know, or damaged.
pub async fn prepare(upload: Vec<u8>) -> Result<PreparedPicture, PictureError> {
    if upload.len() > UPLOAD_BYTES_MAX {
        return Err(PictureError::TooManyBytes);
    }
    let _turn = DECODING.acquire().await.expect("the semaphore is never closed");
    tokio::task::spawn_blocking(move || make_sizes(&upload)).await.map_err(PictureError::damaged)?
}

fn make_sizes(upload: &[u8]) -> Result<PreparedPicture, PictureError> {
    let picture = decode(upload)?;
    let opaque = is_opaque(&picture);
    let (width, height) = (picture.width(), picture.height());
    let mut widths: Vec<u32> = WIDTHS.into_iter().filter(|wanted| *wanted < width).collect();
    widths.push(width.min(WIDTHS[WIDTHS.len() - 1]));
    widths.dedup();
    let sizes: Result<_, _> = widths.into_iter().map(|wanted| make_size(&picture, wanted, opaque)).collect();
    let content_hash = Sha256::digest(upload).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(PreparedPicture { content_hash, width, height, sizes: sizes? })
}

fn decode(upload: &[u8]) -> Result<DynamicImage, PictureError> {
    let reader = ImageReader::new(Cursor::new(upload)).with_guessed_format().map_err(PictureError::damaged)?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) {
        return Err(PictureError::UnknownFormat);
    }
    let mut decoder = reader.into_decoder().map_err(PictureError::damaged)?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > SIDE_PIXELS_MAX || u64::from(width) * u64::from(height) > PIXELS_MAX || width.min(height) == 0 {
        return Err(PictureError::TooManyPixels { width, height });
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    decoder.set_limits(limits).map_err(PictureError::damaged)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(PictureError::damaged)?;
    picture.apply_orientation(orientation);
    Ok(if is_opaque(&picture) { picture.into_rgb8().into() } else { picture.into_rgba8().into() })
}

fn is_opaque(picture: &DynamicImage) -> bool {
    !picture.color().has_alpha() || picture.to_rgba8().pixels().all(|pixel| pixel.0[3] == u8::MAX)
}

fn make_size(picture: &DynamicImage, width: u32, opaque: bool) -> Result<PictureSize, PictureError> {
    let height = (u64::from(picture.height()) * u64::from(width)).div_ceil(u64::from(picture.width())).max(1);
    let height = u32::try_from(height).expect("no taller than the picture itself");
    let pixels = if width == picture.width() {
        picture.as_bytes().to_vec()
    } else {
        let pixel_type = if opaque { PixelType::U8x3 } else { PixelType::U8x4 };
        let mut target = Image::new(width, height, pixel_type);
        Resizer::new().resize(picture, &mut target, None).map_err(PictureError::damaged)?;
        target.into_vec()
    };
    let height = if width == picture.width() { picture.height() } else { height };
    let mut body = Vec::new();
    if opaque {
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut body, JPEG_QUALITY);
        encoder.write_image(&pixels, width, height, ExtendedColorType::Rgb8).map_err(PictureError::damaged)?;
    } else {
        let encoder = image::codecs::png::PngEncoder::new(&mut body);
        encoder.write_image(&pixels, width, height, ExtendedColorType::Rgba8).map_err(PictureError::damaged)?;
    }
    Ok(PictureSize { width, content_type: if opaque { "image/jpeg" } else { "image/png" }, body })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let mut body = Vec::new();
        let picture =
            RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([200, 30, 30]) } else { Rgb([30, 30, 200]) });
        image::codecs::jpeg::JpegEncoder::new(&mut body).encode_image(&picture).expect("encodes");
        body
    }

    /// The same JPEG with a camera's note that it was held sideways.
    fn turned(jpeg: &[u8]) -> Vec<u8> {
        let tiff: [u8; 26] = [b'M', b'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
        let mut out = jpeg[..2].to_vec();
        out.extend([0xff, 0xe1]);
        out.extend(u16::try_from(2 + 6 + tiff.len()).expect("short").to_be_bytes());
        out.extend(b"Exif\0\0");
        out.extend(tiff);
        out.extend(&jpeg[2..]);
        out
    }

    #[tokio::test]
    async fn sizes_are_made_and_never_wider_than_the_picture() {
        let prepared = prepare(jpeg(1000, 500)).await.expect("a good picture");
        let widths: Vec<_> = prepared.sizes.iter().map(|size| size.width).collect();
        assert_eq!(widths, [320, 640, 960, 1000]);
        for size in &prepared.sizes {
            let read = image::load_from_memory(&size.body).expect("readable");
            assert_eq!((read.width(), size.content_type), (size.width, "image/jpeg"));
        }
        let small = prepare(jpeg(200, 100)).await.expect("a good picture");
        assert_eq!(small.sizes.iter().map(|size| size.width).collect::<Vec<_>>(), [200]);
    }

    #[tokio::test]
    async fn a_picture_taken_sideways_is_shown_upright_and_the_camera_note_is_gone() {
        let prepared = prepare(turned(&jpeg(400, 200))).await.expect("a good picture");
        assert_eq!((prepared.width, prepared.height), (200, 400));
        assert!(!prepared.sizes[0].body.windows(4).any(|window| window == b"Exif"));
    }

    #[tokio::test]
    async fn transparency_is_kept() {
        let mut body = Vec::new();
        let picture = RgbaImage::from_pixel(700, 300, Rgba([10, 20, 30, 128]));
        picture.write_to(&mut Cursor::new(&mut body), ImageFormat::Png).expect("encodes");
        let prepared = prepare(body).await.expect("a good picture");
        assert!(prepared.sizes.iter().all(|size| size.content_type == "image/png"));
    }

    #[tokio::test]
    async fn what_is_no_picture_is_refused_in_words() {
        assert!(matches!(prepare(b"<svg onload=alert(1)>".to_vec()).await, Err(PictureError::UnknownFormat)));
        let mut cut = jpeg(400, 200);
        cut.truncate(60);
        assert!(matches!(prepare(cut).await, Err(PictureError::Damaged(_))));
        assert!(matches!(prepare(vec![0; UPLOAD_BYTES_MAX + 1]).await, Err(PictureError::TooManyBytes)));
        let mut wide = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        wide.extend([0, 1, 0, 0, 0, 1, 0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0]);
        assert!(prepare(wide).await.is_err());
    }
}
