//! The wire format of protocol buffers, as far as an index of SCIP needs it: fields in order,
//! numbers and bytes.
//!
//! **Deliberately absent:** groups, floats and signed numbers, which SCIP does not have, and
//! a schema: who reads a message knows its fields by number.

use anyhow::{Context, bail};

/// What a field holds. Texts, messages and packed numbers are bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    pub(super) fn number(self) -> anyhow::Result<u64> {
        match self {
            Self::Number(number) => Ok(number),
            Self::Bytes(_) => bail!("a field of an index holds bytes where a number belongs"),
        }
    }

    pub(super) fn bytes(self) -> anyhow::Result<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Number(_) => bail!("a field of an index holds a number where bytes belong"),
        }
    }

    pub(super) fn text(self) -> anyhow::Result<&'a str> {
        Ok(std::str::from_utf8(self.bytes()?)?)
    }

    /// Packed numbers, in order.
    pub(super) fn numbers(self) -> anyhow::Result<Vec<u64>> {
        let mut rest = self.bytes()?;
        let mut numbers = Vec::new();
        while !rest.is_empty() {
            numbers.push(varint(&mut rest)?);
        }
        Ok(numbers)
    }
}

/// The fields of one message: number of the field and what it holds.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = anyhow::Result<(u64, Value<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = field(&mut self.0);
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

fn field<'a>(rest: &mut &'a [u8]) -> anyhow::Result<(u64, Value<'a>)> {
    let key = varint(rest)?;
    let value = match key & 7 {
        0 => Value::Number(varint(rest)?),
        1 => Value::Bytes(take(rest, 8)?),
        2 => {
            let length = usize::try_from(varint(rest)?)?;
            Value::Bytes(take(rest, length)?)
        }
        5 => Value::Bytes(take(rest, 4)?),
        other => bail!("an index has a field of the unknown wire type {other}"),
    };
    Ok((key >> 3, value))
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> anyhow::Result<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length).context("an index ends within a field")?;
    *rest = left;
    Ok(taken)
}

fn varint(rest: &mut &[u8]) -> anyhow::Result<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, left) = rest.split_first().context("an index ends within a number")?;
        *rest = left;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    bail!("an index has a number of more than ten bytes")
}

/// Writes messages, for indexes made by hand.
#[cfg(test)]
pub(super) mod write {
    /// Appends a number under a field's number.
    pub(in super::super) fn number(message: &mut Vec<u8>, field: u64, number: u64) {
        varint(message, field << 3);
        varint(message, number);
    }

    /// Appends bytes under a field's number.
    pub(in super::super) fn bytes(message: &mut Vec<u8>, field: u64, bytes: &[u8]) {
        varint(message, field << 3 | 2);
        varint(message, bytes.len() as u64);
        message.extend_from_slice(bytes);
    }

    /// Appends numbers in one field.
    pub(in super::super) fn packed(message: &mut Vec<u8>, field: u64, numbers: &[u64]) {
        let mut inner = Vec::new();
        for number in numbers {
            varint(&mut inner, *number);
        }
        bytes(message, field, &inner);
    }

    fn varint(message: &mut Vec<u8>, mut number: u64) {
        while number >= 0x80 {
            message.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        message.push(number as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::{Fields, Value, write};

    #[test]
    fn what_is_written_is_read() {
        let mut message = Vec::new();
        write::number(&mut message, 1, 300);
        write::bytes(&mut message, 2, b"text");
        write::packed(&mut message, 3, &[0, 127, 128, u64::MAX]);
        // A fixed 64 bit number, which is passed over.
        message.extend([4 << 3 | 1, 1, 2, 3, 4, 5, 6, 7, 8]);
        let fields: Vec<_> = Fields(&message).map(|field| field.expect("a field")).collect();
        let [(1, Value::Number(300)), (2, text), (3, packed), (4, Value::Bytes(fixed))] =
            <[_; 4]>::try_from(fields).expect("four fields")
        else {
            panic!("other fields were written");
        };
        assert_eq!(text.text().expect("text"), "text");
        assert_eq!(packed.numbers().expect("numbers"), [0, 127, 128, u64::MAX]);
        assert_eq!(fixed.len(), 8);
    }

    #[test]
    fn broken_bytes_end_in_an_error() {
        for (name, bytes) in [
            ("a number that goes on", &[0x08, 0x80][..]),
            ("a number without end", &[0xff; 11]),
            ("a text that is too short", &[0x12, 5, b'a']),
            ("an unknown type", &[0x0b]),
        ] {
            let fields: Vec<_> = Fields(bytes).collect();
            assert!(fields.len() == 1 && fields[0].is_err(), "{name}");
        }
    }
}
