//! The five kinds of value that both engines share, and rows of them.

use crate::nodes::NodeId;
use crate::{Error, Result};
use commerce::*;

/// A value on its way into or out of the database.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// BIGINT: numbers, money in minor units, time in microseconds, booleans as 0 and 1.
    Int(i64),
    /// DOUBLE PRECISION.
    Float(f64),
    /// TEXT, without NUL.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Value {
    /// Refuses what one of the engines cannot hold, so that both refuse the same.
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            Self::Text(text) if text.contains('\0') => Err(Error::NulInText),
            _ => Ok(()),
        }
    }
}

macro_rules! from {
    ($($kind:ty => |$name:ident| $value:expr),+ $(,)?) => {$(
        impl From<$kind> for Value {
            fn from($name: $kind) -> Self {
                $value
            }
        }
    )+};
}

from! {
    i64 => |number| Self::Int(number),
    i32 => |number| Self::Int(i64::from(number)),
    u32 => |number| Self::Int(i64::from(number)),
    usize => |number| Self::Int(i64::try_from(number).expect("no count here comes near 2^63")),
    bool => |flag| Self::Int(i64::from(flag)),
    f64 => |number| Self::Float(number),
    &str => |text| Self::Text(text.to_owned()),
    String => |text| Self::Text(text),
    &String => |text| Self::Text(text.clone()),
    Vec<u8> => |bytes| Self::Bytes(bytes),
    &[u8] => |bytes| Self::Bytes(bytes.to_vec()),
    Timestamp => |at| Self::Int(at.0),
    ShopId => |id| Self::Int(id.0),
    SellerId => |id| Self::Int(id.0),
    ProductId => |id| Self::Int(id.0),
    VariantId => |id| Self::Int(id.0),
    CollectionId => |id| Self::Int(id.0),
    MediaId => |id| Self::Int(id.0),
    PageId => |id| Self::Int(id.0),
    FlashSaleId => |id| Self::Int(id.0),
    CouponId => |id| Self::Int(id.0),
    ReservationId => |id| Self::Int(id.0),
    OrderId => |id| Self::Int(id.0),
    PaymentId => |id| Self::Int(id.0),
    RefundId => |id| Self::Int(id.0),
    FulfillmentId => |id| Self::Int(id.0),
    OutboxId => |id| Self::Int(id.0),
    NodeId => |id| Self::Int(id.0),
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Parameters of a statement: `params![product, "title", now]`. For a shop's statement they begin at `$2`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { [$($crate::Value::from($value)),*] };
}

/// A row of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(pub(crate) Vec<Value>);

impl Row {
    /// The value of a column, counted from 0.
    ///
    /// # Panics
    /// When the column does not exist or holds another kind: the statement and its reader disagree, which is a bug.
    pub fn get<T: FromValue>(&self, column: usize) -> T {
        let value = self.0.get(column).unwrap_or_else(|| panic!("the row has a column {column}"));
        T::from_value(value).unwrap_or_else(|| panic!("column {column} holds what is read from it, not {value:?}"))
    }

    /// The columns' values.
    pub fn values(&self) -> &[Value] {
        &self.0
    }
}

/// Read from a column.
pub trait FromValue: Sized {
    /// The value, or `None` when it is of another kind.
    fn from_value(value: &Value) -> Option<Self>;
}

macro_rules! from_value {
    ($($kind:ty => $pattern:pat => $result:expr),+ $(,)?) => {$(
        impl FromValue for $kind {
            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    $pattern => $result,
                    _ => None,
                }
            }
        }
    )+};
}

from_value! {
    i64 => Value::Int(number) => Some(*number),
    u32 => Value::Int(number) => u32::try_from(*number).ok(),
    bool => Value::Int(number) => Some(*number != 0),
    f64 => Value::Float(number) => Some(*number),
    String => Value::Text(text) => Some(text.clone()),
    Vec<u8> => Value::Bytes(bytes) => Some(bytes.clone()),
    Timestamp => Value::Int(number) => Some(Self(*number)),
    ShopId => Value::Int(number) => Some(Self(*number)),
    SellerId => Value::Int(number) => Some(Self(*number)),
    ProductId => Value::Int(number) => Some(Self(*number)),
    VariantId => Value::Int(number) => Some(Self(*number)),
    CollectionId => Value::Int(number) => Some(Self(*number)),
    MediaId => Value::Int(number) => Some(Self(*number)),
    PageId => Value::Int(number) => Some(Self(*number)),
    FlashSaleId => Value::Int(number) => Some(Self(*number)),
    CouponId => Value::Int(number) => Some(Self(*number)),
    ReservationId => Value::Int(number) => Some(Self(*number)),
    OrderId => Value::Int(number) => Some(Self(*number)),
    PaymentId => Value::Int(number) => Some(Self(*number)),
    RefundId => Value::Int(number) => Some(Self(*number)),
    FulfillmentId => Value::Int(number) => Some(Self(*number)),
    OutboxId => Value::Int(number) => Some(Self(*number)),
}

impl FromValue for Value {
    fn from_value(value: &Value) -> Option<Self> {
        Some(value.clone())
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::from_value(other).map(Some),
        }
    }
}
