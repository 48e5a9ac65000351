// List the loaded blocks of a data set's files
// parameters: $dataset (string)
// returns: batch (string), import (integer), table (string), file (string), block (integer), start (integer), length (integer), digest (string), mapping (string), part (integer), parts (integer), loaded (integer), rejected (integer), unchanged (integer), left_out (integer), replaced (integer or null), first_at (integer), last_at (integer)
// access: read
MATCH (b:Batch {dataset: $dataset})
RETURN b.id AS batch, b.import AS import, b.table AS table, b.file AS file, b.block AS block, b.start AS start,
       b.length AS length, b.digest AS digest, b.mapping AS mapping, b.part AS part, b.parts AS parts,
       b.loaded AS loaded, b.rejected AS rejected, b.unchanged AS unchanged, b.left_out AS left_out, b.replaced AS replaced,
       b.first_at AS first_at, b.last_at AS last_at
