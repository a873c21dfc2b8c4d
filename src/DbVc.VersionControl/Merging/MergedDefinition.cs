using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>A column of a merged table, and which column it is on each side; 0 where a side does not have it.</summary>
internal sealed record MergedColumn(Column Column, int Base, int Source, int Target)
{
    public int On(SchemaSide side) => side switch
    {
        SchemaSide.Base => Base,
        SchemaSide.Source => Source,
        _ => Target,
    };
}

/// <summary>What becomes of one table.</summary>
/// <param name="Triple">Where it comes from.</param>
/// <param name="Schema">Null when it is gone.</param>
/// <param name="Columns">Those of the schema, with their origin.</param>
/// <param name="IsWritten">False where the schema is put together from parts of both sides and the engine has not read it yet.</param>
internal sealed record MergedDefinition(TableTriple Triple, TableSchema? Schema, IReadOnlyList<MergedColumn> Columns, bool IsWritten)
{
    public static MergedDefinition Gone(TableTriple triple) => new(triple, null, [], true);

    /// <summary>A side's own table, as it is; columns are the same where their ids are.</summary>
    public static MergedDefinition Of(TableTriple triple, TableSchema schema)
    {
        var columns = schema.Columns.Select(c => new MergedColumn(c, Has(triple.Base, c), Has(triple.Source, c), Has(triple.Target, c)));
        return new MergedDefinition(triple, schema, [.. columns], true);

        static int Has(TableSnapshot? side, Column column) => side?.Schema.FindSame(column)?.Id ?? 0;
    }
}
