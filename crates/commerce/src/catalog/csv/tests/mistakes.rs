//! Files with mistakes: what is refused as a whole, what is left out, and what the seller reads.

use super::{drafts, merged, read};
use crate::Timestamp;
use crate::catalog::ProductStatus;
use crate::catalog::csv::{FileError, MergeError, MergeSettings, merge};

fn check_refused(bytes: &[u8], expected: &str) {
    let error = read(bytes).map(|(checked, _)| checked).expect_err(expected);
    assert!(error.to_string().contains(expected), "{error}");
}

/// The messages of the only product's mistakes.
fn check_mistakes(text: &str, expected: &[&str]) {
    let (_, outcome) = read(text.as_bytes()).expect("a file that can be read");
    let errors: Vec<String> =
        outcome.into_iter().filter_map(Result::err).flat_map(|product| product.errors).map(|e| e.to_string()).collect();
    assert_eq!(errors.len(), expected.len(), "{errors:#?}");
    for (error, expected) in errors.iter().zip(expected) {
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_file_that_is_broken_as_a_whole_is_refused_with_the_line() {
    check_refused(b"", "the file is empty");
    check_refused(b"\n\n", "the file is empty");
    check_refused(b"\xff\xfeH\0a\0", "UTF-16");
    check_refused(b"Title\nTote\n\"two\nlines\"\nGr\xfcn\n", "line 5 is not UTF-8");
    check_refused(b"Title,Vendor\nTote,Ria\n\nBag,\"open\nCup,x\n", "begins on line 4 opens a quote");
    check_refused(b"Name;Price\nTote;3\n", "not by semicolons");
    check_refused(b"Vendor,Price\nRia,3\n", "at least");
    check_refused(b"Title,Option1 Value\nTote,Sand\n", "not \u{201c}Option1 name\u{201d}");
    check_refused(b"Title,Handle,URL handle\n", "mean the same");
    check_refused(vec![b','; 2_000].as_slice(), "line 1 has 2001 columns; at most 2000 are read");
    let million = "column,".repeat(1_000_000);
    check_refused(million.as_bytes(), "line 1 has 1000001 columns; at most 2000 are read");
    check_refused(format!("Title\n{million}\nTote\n").as_bytes(), "line 2 has 1000001 columns");
    check_refused(&[b"Title\n".as_slice(), &vec![b'x'; 2 << 20]].concat(), "line 2 is larger than 1024 KiB: shorten its cells");
    let endless = [b"Title\nTote\n\"".as_slice(), &vec![b'x'; 1 << 20]].concat();
    check_refused(&endless, "begins on line 3 is larger than 1024 KiB: a quote");
}

#[test]
fn a_file_of_too_many_bytes_is_refused_before_it_is_kept() {
    use std::io::Read;
    let rows = std::io::Read::chain(&b"Title\n"[..], std::io::repeat(b'\n').take(super::super::FILE_BYTES_MAX));
    let refused = super::check(rows);
    assert!(matches!(refused, Err(FileError::FileTooLarge)), "{refused:?}");
}

#[test]
fn each_mistake_names_its_line_and_column_and_the_way_out() {
    check_mistakes(
        "Title,Variant Price\nTote,\"1,299.00\"\n",
        &["line 2, Variant Price: “1,299.00” is not an amount: write 1299.00"],
    );
    check_mistakes("Title,Variant Price,Status\nTote,x,gone\n", &["write active, draft or archived", "write it like 19.99"]);
    check_mistakes("Handle,Title\ntote,\n", &["line 2, Title: is blank"]);
    check_mistakes("Title,Vendor\n!!!,Ria\n", &["no handle can be made of it"]);
    check_mistakes("Title,Vendor\nTote\n", &["has 1 cells, but the first line names 2 columns: is it cut off?"]);
    check_mistakes("Title,Vendor\nTote,a,b\n", &["needs quotes"]);
    check_mistakes("Title,Image Src\nTote,javascript:alert(1)\n", &["begins with https://"]);
    check_mistakes("Title,Vendor\nTote,a\0b\n", &["zero byte"]);
    check_mistakes("Title,Variant Inventory Qty\nTote,many\n", &["write a whole number"]);
    check_mistakes("Title,Vendor\nA!,x\nA?,x\n", &["add a column “Handle”"]);
    let options = "Handle,Title,Option1 Name,Option1 Value,Price\n";
    check_mistakes(&format!("{options}tote,Tote,Color,Sand,1\ntote,,,Sand,2\n"), &["same option values as line 2"]);
    check_mistakes(&format!("{options}tote,Tote,Color,Sand,1\ntote,,,,2\n"), &["needs a value for the option “Color”"]);
    check_mistakes(&format!("{options}tote,Tote,,Sand,1\n"), &["belongs to no option"]);
    check_mistakes(&format!("{options}tote,Tote,,,1\ntote,,,,2\n"), &["which has no options"]);
    check_mistakes(&format!("{options}tote,Tote,Color,Sand,1\n,,,Ink,2\n"), &["line 3, Handle: is blank"]);
}

#[test]
fn a_product_with_a_mistake_is_left_out_whole_and_the_next_one_continues() {
    let text = "Handle,Title,Option1 Name,Option1 Value,Price\na,A,Color,Sand,1\na,,,Ink,free\nb,B,Color,Sand,2\n";
    let (_, outcome) = read(text.as_bytes()).expect("a file that can be read");
    assert_eq!(outcome.len(), 2);
    assert_eq!(outcome[0].as_ref().expect_err("a mistake").errors[0].line, 3);
    assert_eq!(outcome[1].as_ref().expect("a good product").handle, "b");
}

#[test]
fn a_handle_that_comes_back_later_is_left_out_and_both_lines_are_named() {
    let expected = "begin on line 2, others on line 4";
    check_mistakes("Handle,Title,Vendor\na,A,x\nb,B,x\na,A,x\n", &[expected, expected]);
}

#[test]
fn byte_order_mark_blank_lines_and_padded_headers_do_no_harm() {
    let drafts = drafts("\u{feff}\"Handle\" , Title,PUBLISHED\r\n\r\n,,\r\ntote,Tote,TRUE\r\n");
    assert_eq!((drafts.len(), drafts[0].line, drafts[0].handle.as_str()), (1, 4, "tote"));
    assert_eq!(drafts[0].published.set(), Some(&true));
}

#[test]
fn what_looks_wrong_is_taken_with_a_warning() {
    let drafts = drafts("Handle,Title,Variant Barcode,Variant Inventory Qty,Variant Price\nTote Ria,Tote,3.65275E+11,-3,1\n");
    let warnings: Vec<String> = drafts[0].warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 3, "{warnings:#?}");
    assert!(warnings[0].contains("changed to “tote-ria”"));
    assert!(warnings[1].contains("rounded by a spreadsheet"));
    assert!(warnings[2].contains("taken as 0"));
}

#[test]
fn a_title_alone_makes_a_draft_and_the_missing_price_is_told() {
    let created = merged(&drafts("Title\nTote “Ria”\n")[0], None, 0);
    assert_eq!((created.product.handle.as_str(), created.product.variants.len()), ("tote-ria", 1));
    assert_eq!(created.product.status, ProductStatus::Draft);
    assert!(created.warnings[0].to_string().contains("has no price"));
}

#[test]
fn absent_columns_keep_and_blank_cells_clear() {
    let full = "Handle,Title,Vendor,Type,SKU,Price,Compare-at price\ntote,Tote,Ria,Bag,T-1,20,30\n";
    let product = merged(&drafts(full)[0], None, 0).product;
    let updated = merged(&drafts("Handle,Title,Vendor,Price,Compare-at price\ntote,Tote,,18,\n")[0], Some(&product), 9);
    assert_eq!((updated.product.vendor.as_str(), updated.product.product_type.as_str()), ("", "Bag"));
    let variant = &updated.product.variants[0];
    assert_eq!((variant.sku.as_str(), variant.price_minor, variant.was_price_minor), ("T-1", 1800, None));
    let told: Vec<String> = updated.changes.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["vendor: Ria -> (empty)", "T-1 price: 20.00 -> 18.00", "T-1 was price: 30.00 -> (empty)"]);
    assert_eq!(merged(&drafts(full)[0], Some(&merged(&drafts(full)[0], None, 0).product), 9).changes, []);
}

#[test]
fn variants_are_found_by_options_then_by_sku_and_those_not_mentioned_stay() {
    let header = "Handle,Title,Option1 Name,Option1 Value,SKU,Price\n";
    let product = merged(&drafts(&format!("{header}tote,Tote,Color,Sand,S,1\ntote,,,Ink,I,2\n"))[0], None, 0).product;
    let renamed = merged(&drafts(&format!("{header}tote,Tote,Color,Navy,I,3\ntote,,,Moss,M,4\n"))[0], Some(&product), 9).product;
    let shown: Vec<_> = renamed.variants.iter().map(|v| (v.id.0, v.title(), v.price_minor)).collect();
    assert_eq!(shown, [(2, "Sand".into(), 100), (3, "Navy".into(), 300), (10, "Moss".into(), 400)]);
    assert_eq!(renamed.options[0].values, ["Sand", "Navy", "Moss"]);
}

#[test]
fn a_draft_that_does_not_fit_the_product_is_refused() {
    let product =
        merged(&drafts("Handle,Title,Option1 Name,Option1 Value,SKU,Price\nt,T,Color,Sand,S,1\nt,,,Ink,I,2\n")[0], None, 0)
            .product;
    let settings = MergeSettings { currency: super::euro(), clean: &str::to_owned, now: Timestamp(0) };
    let refused = |text: &str, existing| merge(&drafts(text)[0], existing, &settings, &mut || 1).expect_err(text);
    let none = "Handle,Title,Option1 Name,Option1 Value,Price\nt,T,Title,Default Title,1\n";
    assert!(matches!(refused(none, Some(&product)), MergeError::OptionsDiffer { .. }));
    assert!(matches!(refused("Handle,SKU,Price\nt,X,1\n", Some(&product)), MergeError::VariantUnknown { .. }));
    assert!(matches!(refused("Handle,SKU,Price\nnew,X,1\n", None), MergeError::TitleMissing { .. }));
    assert_eq!(merged(&drafts("Handle,SKU,Price\nt,I,9\n")[0], Some(&product), 9).product.variants[1].price_minor, 900);
}
