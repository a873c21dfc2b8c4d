using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>Schemas are equal when their canonical bytes are: records with lists compare by reference.</summary>
public static class SchemaEquality
{
    public static bool Same(TableSchema? before, TableSchema? after) =>
        ReferenceEquals(before, after)
        || (before is not null && after is not null && Canonical(before).AsSpan().SequenceEqual(Canonical(after)));

    /// <summary>The bytes that are the same for equal schemas only.</summary>
    public static byte[] Canonical(TableSchema schema) => SchemaCodec.Encode(schema);
}
