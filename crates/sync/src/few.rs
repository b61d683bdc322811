//! A map for the few: what is watched, what is on its way.
//!
//! Invariant: the entries are sorted by key and no key is there twice, so they are passed through in the
//! order of their keys. Finding one is logarithmic; adding and removing move the entries behind it, so
//! this is for dozens of them. Each kind of B-tree map would cost every first load two kilobytes.

/// Entries in one sorted vector.
#[derive(Clone, Debug)]
pub(crate) struct Few<K, V>(Vec<(K, V)>);

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Copy + Ord, V> Few<K, V> {
    fn place(&self, key: K) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.cmp(&key))
    }

    pub(crate) fn get(&self, key: K) -> Option<&V> {
        let at = self.place(key).ok()?;
        Some(&self.0[at].1)
    }

    pub(crate) fn get_mut(&mut self, key: K) -> Option<&mut V> {
        let at = self.place(key).ok()?;
        Some(&mut self.0[at].1)
    }

    /// The value of `key`, which is made where there is none.
    pub(crate) fn or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        let at = self.place(key).unwrap_or_else(|at| {
            self.0.insert(at, (key, make()));
            at
        });
        &mut self.0[at].1
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        match self.place(key) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    pub(crate) fn remove(&mut self, key: K) {
        if let Ok(at) = self.place(key) {
            self.0.remove(at);
        }
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(K, &V) -> bool) {
        self.0.retain(|(key, value)| keep(*key, value));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        self.0.iter().map(|(key, value)| (*key, value))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (K, &mut V)> {
        self.0.iter_mut().map(|(key, value)| (*key, value))
    }
}

impl<K: Copy + Ord, V: Default> Few<K, V> {
    /// The value of `key`; a default one where there was none.
    pub(crate) fn or_default(&mut self, key: K) -> &mut V {
        self.or_insert_with(key, V::default)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_few_entries_are_kept_as_a_map_keeps_them(
            steps in prop::collection::vec((0u8..4, 0u8..12, any::<u8>()), 0..60),
        ) {
            let (mut few, mut map) = (Few::default(), BTreeMap::new());
            for (step, key, value) in steps {
                match step {
                    0 => {
                        few.insert(key, value);
                        map.insert(key, value);
                    }
                    1 => {
                        few.remove(key);
                        map.remove(&key);
                    }
                    2 => {
                        *few.or_insert_with(key, || value) ^= 1;
                        *map.entry(key).or_insert(value) ^= 1;
                    }
                    _ => {
                        few.retain(|other, _| other != key);
                        map.retain(|&other, _| other != key);
                    }
                }
                prop_assert_eq!(few.get(key), map.get(&key));
                prop_assert!(few.iter().eq(map.iter().map(|(&key, value)| (key, value))));
            }
        }
    }
}
