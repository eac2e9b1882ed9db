//! Countries by ISO 3166-1 alpha-2 code, with the names shoppers know.

use commerce::shop::ShippingSettings;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Countries where addresses have no postal code, or often none.
const WITHOUT_POSTAL_CODE: &str = "AE AG AO BF BI BJ BO BS BW BZ CD CF CG CI CK CM DJ DM ER FJ GA GD GH GM GQ GY HK IE JM KE KI KM \
    KN KP LC ML MO MR MW NR NU PA QA RW SB SC SL SO SR ST SY TD TF TG TK TL TO TT TV TZ UG VU YE ZW";
/// Countries where a parcel does not arrive without the state or province.
const WITH_REGION: &str = "US CA AU";

const NAMES: &str = "AF Afghanistan|AX Åland Islands|AL Albania|DZ Algeria|AS American Samoa|AD Andorra|AO Angola|AI Anguilla|\
AQ Antarctica|AG Antigua & Barbuda|AR Argentina|AM Armenia|AW Aruba|AU Australia|AT Austria|AZ Azerbaijan|BS Bahamas|BH Bahrain|\
BD Bangladesh|BB Barbados|BY Belarus|BE Belgium|BZ Belize|BJ Benin|BM Bermuda|BT Bhutan|BO Bolivia|BQ Caribbean Netherlands|\
BA Bosnia & Herzegovina|BW Botswana|BV Bouvet Island|BR Brazil|IO British Indian Ocean Territory|BN Brunei|BG Bulgaria|\
BF Burkina Faso|BI Burundi|CV Cape Verde|KH Cambodia|CM Cameroon|CA Canada|KY Cayman Islands|CF Central African Republic|TD Chad|\
CL Chile|CN China|CX Christmas Island|CC Cocos (Keeling) Islands|CO Colombia|KM Comoros|CG Congo|CD Congo, Democratic Republic|\
CK Cook Islands|CR Costa Rica|CI Côte d’Ivoire|HR Croatia|CU Cuba|CW Curaçao|CY Cyprus|CZ Czechia|DK Denmark|DJ Djibouti|DM Dominica|\
DO Dominican Republic|EC Ecuador|EG Egypt|SV El Salvador|GQ Equatorial Guinea|ER Eritrea|EE Estonia|SZ Eswatini|ET Ethiopia|\
FK Falkland Islands|FO Faroe Islands|FJ Fiji|FI Finland|FR France|GF French Guiana|PF French Polynesia|TF French Southern Territories|\
GA Gabon|GM Gambia|GE Georgia|DE Germany|GH Ghana|GI Gibraltar|GR Greece|GL Greenland|GD Grenada|GP Guadeloupe|GU Guam|GT Guatemala|\
GG Guernsey|GN Guinea|GW Guinea-Bissau|GY Guyana|HT Haiti|HM Heard & McDonald Islands|VA Vatican City|HN Honduras|HK Hong Kong|\
HU Hungary|IS Iceland|IN India|ID Indonesia|IR Iran|IQ Iraq|IE Ireland|IM Isle of Man|IL Israel|IT Italy|JM Jamaica|JP Japan|\
JE Jersey|JO Jordan|KZ Kazakhstan|KE Kenya|KI Kiribati|KP North Korea|KR South Korea|XK Kosovo|KW Kuwait|KG Kyrgyzstan|LA Laos|\
LV Latvia|LB Lebanon|LS Lesotho|LR Liberia|LY Libya|LI Liechtenstein|LT Lithuania|LU Luxembourg|MO Macao|MG Madagascar|MW Malawi|\
MY Malaysia|MV Maldives|ML Mali|MT Malta|MH Marshall Islands|MQ Martinique|MR Mauritania|MU Mauritius|YT Mayotte|MX Mexico|\
FM Micronesia|MD Moldova|MC Monaco|MN Mongolia|ME Montenegro|MS Montserrat|MA Morocco|MZ Mozambique|MM Myanmar|NA Namibia|NR Nauru|\
NP Nepal|NL Netherlands|NC New Caledonia|NZ New Zealand|NI Nicaragua|NE Niger|NG Nigeria|NU Niue|NF Norfolk Island|MK North Macedonia|\
MP Northern Mariana Islands|NO Norway|OM Oman|PK Pakistan|PW Palau|PS Palestine|PA Panama|PG Papua New Guinea|PY Paraguay|PE Peru|\
PH Philippines|PN Pitcairn Islands|PL Poland|PT Portugal|PR Puerto Rico|QA Qatar|RE Réunion|RO Romania|RU Russia|RW Rwanda|\
BL St. Barthélemy|SH St. Helena|KN St. Kitts & Nevis|LC St. Lucia|MF St. Martin|PM St. Pierre & Miquelon|VC St. Vincent & Grenadines|\
WS Samoa|SM San Marino|ST São Tomé & Príncipe|SA Saudi Arabia|SN Senegal|RS Serbia|SC Seychelles|SL Sierra Leone|SG Singapore|\
SX Sint Maarten|SK Slovakia|SI Slovenia|SB Solomon Islands|SO Somalia|ZA South Africa|GS South Georgia & South Sandwich Islands|\
SS South Sudan|ES Spain|LK Sri Lanka|SD Sudan|SR Suriname|SJ Svalbard & Jan Mayen|SE Sweden|CH Switzerland|SY Syria|TW Taiwan|\
TJ Tajikistan|TZ Tanzania|TH Thailand|TL Timor-Leste|TG Togo|TK Tokelau|TO Tonga|TT Trinidad & Tobago|TN Tunisia|TR Türkiye|\
TM Turkmenistan|TC Turks & Caicos Islands|TV Tuvalu|UG Uganda|UA Ukraine|AE United Arab Emirates|GB United Kingdom|US United States|\
UM U.S. Outlying Islands|UY Uruguay|UZ Uzbekistan|VU Vanuatu|VE Venezuela|VN Vietnam|VG British Virgin Islands|\
VI U.S. Virgin Islands|WF Wallis & Futuna|EH Western Sahara|YE Yemen|ZM Zambia|ZW Zimbabwe";

/// As a zone names all countries.
const EVERYWHERE: &str = "*";

/// Code and name of every country, by name as shoppers look for it.
static COUNTRIES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let mut countries: Vec<_> = NAMES.split('|').filter_map(|row| row.split_once(' ')).collect();
    countries.sort_by_key(|(_, name)| name.replace('Å', "A"));
    countries
});

/// Code and name of every country, by name.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    COUNTRIES.iter().copied()
}

/// The name of a country; `None` when the code is none.
pub fn name(code: &str) -> Option<&'static str> {
    all().find(|(known, _)| *known == code).map(|(_, name)| name)
}

/// Countries to which a shop delivers, by name.
pub fn delivered_to(shipping: &ShippingSettings) -> Vec<(&'static str, &'static str)> {
    let named: HashSet<&str> = named_by(shipping).collect();
    all().filter(|(code, _)| named.contains(EVERYWHERE) || named.contains(code)).collect()
}

/// Whether a shop delivers to a country that there is.
pub fn is_delivered_to(shipping: &ShippingSettings, code: &str) -> bool {
    named_by(shipping).any(|named| named == EVERYWHERE || named == code) && name(code).is_some()
}

fn named_by(shipping: &ShippingSettings) -> impl Iterator<Item = &str> {
    shipping.zones.iter().flat_map(|zone| &zone.countries).map(String::as_str)
}

/// Whether an address there needs a postal code.
pub fn has_postal_codes(code: &str) -> bool {
    !WITHOUT_POSTAL_CODE.split_whitespace().any(|known| known == code)
}

/// Whether an address there needs a state or province.
pub fn has_regions(code: &str) -> bool {
    WITH_REGION.split(' ').any(|known| known == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_one_code_and_one_name() {
        let codes: HashSet<&str> = all().map(|(code, _)| code).collect();
        assert_eq!(codes.len(), all().count());
        assert_eq!(codes.len(), 250);
        assert!(all().all(|(code, name)| code.len() == 2 && !name.is_empty()));
        assert_eq!(name("DE"), Some("Germany"));
        assert!(has_postal_codes("DE") && !has_postal_codes("IE") && has_regions("US"));
    }
}
