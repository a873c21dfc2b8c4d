using DbVc.Databases;
using DbVc.Model;

namespace DbVc.Live;

/// <summary>A view of a database in which there is only what is selected.</summary>
internal sealed class SelectedSnapshot(IReadSnapshot whole, TableSelection selection) : IReadSnapshot
{
    public IReadOnlyList<UnversionedItem> Unversioned => whole.Unversioned;

    public LiveState? State => whole.State;

    /// <summary>A mark made under another selection says nothing: what was left out then may have changed at any time.</summary>
    public string? Mark => whole.Mark is { } mark ? selection.MarkOf(mark) : null;

    /// <summary>Throws kind Refused, <c>selection.foreign-key</c>: a table cannot stand in a branch's database without those that it refers to.</summary>
    public DatabaseSchema ReadSchema()
    {
        var schema = selection.Of(whole.ReadSchema());
        foreach (var table in schema.Tables)
        {
            if (table.ForeignKeys.FirstOrDefault(k => !selection.Includes(k.ReferencedTable)) is not { } missing) continue;
            throw new DbVcException(FailureKind.Refused, "selection.foreign-key",
                $"Table {table.Name} is versioned and refers to {missing.ReferencedTable}, which is left out.", where: "include, exclude in config.yaml",
                hint: $"Version its definition alone (db-vc config set schema-only {missing.ReferencedTable}), or leave {table.Name} out, too.");
        }

        return schema;
    }

    public IRowCursor ReadRows(TableSchema table) => selection.IsSchemaOnly(table.Name) ? new NoRows() : whole.ReadRows(table);

    public SharedView? Share() => whole.Share() is { } view
        ? new SharedView(view.Most, () => view.Open() is { } reader ? new SelectedSnapshot(reader, selection) : null)
        : null;

    public IChangeReader? ChangesSince(string mark) =>
        mark.StartsWith(selection.Mark + ":", StringComparison.Ordinal) && whole.ChangesSince(mark[(selection.Mark.Length + 1)..]) is { } changes
            ? new SelectedChanges(changes, selection)
            : null;

    public void Dispose() => whole.Dispose();

    private sealed class NoRows : IRowCursor
    {
        public bool Read() => false;

        public ValueKind KindAt(int column) => throw NoRow();

        public long IntegerAt(int column) => throw NoRow();

        public double RealAt(int column) => throw NoRow();

        public ReadOnlySpan<byte> BytesAt(int column) => throw NoRow();

        public void Dispose()
        {
            // Nothing is held.
        }

        private static InvalidOperationException NoRow() => new("There is no row.");
    }

    private sealed class SelectedChanges(IChangeReader whole, TableSelection selection) : IChangeReader
    {
        public bool IsUnchanged => whole.IsUnchanged;

        /// <summary>Nobody reads the rows of a schema-only table, so finding out that there are none costs nothing.</summary>
        public TableChanges Find(TableSchema table) => selection.IsSchemaOnly(table.Name) ? TableChanges.Unknown : whole.Find(table);

        public void Dispose() => whole.Dispose();
    }
}
