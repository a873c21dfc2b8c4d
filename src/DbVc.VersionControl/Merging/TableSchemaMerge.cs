using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>Decides for one table: gone, one side's as it is, or put together from parts of both.</summary>
internal sealed class TableSchemaMerge(ISchemaDialect dialect, SchemaViews views, SchemaNeeds needs, MergedNames? names, SchemaDecisions decisions)
{
    private readonly List<Contradiction> _contradictions = [];

    public IReadOnlyList<Contradiction> Contradictions => _contradictions;

    /// <summary>Tables that are taken whole from one side, because the engine did not accept their parts together.</summary>
    public HashSet<TableTriple> Whole { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Tables whose changed rows do not have the merged primary key.</summary>
    public HashSet<TableTriple> KeyClashes { get; } = new(ReferenceEqualityComparer.Instance);

    public MergedDefinition Merge(TableTriple table)
    {
        var (start, source, target) = (views.Of(table, SchemaSide.Base), views.Of(table, SchemaSide.Source), views.Of(table, SchemaSide.Target));
        if (IsLeftOut(table, 0, SchemaSide.Source)) source = null;
        if (IsLeftOut(table, 0, SchemaSide.Target)) target = null;
        if (names?.Contradicted.Contains(table) == true) Contradict(table, ["name"]);
        if (decisions.HandMade(SchemaPlan.PlaceOf(table)) is { } sql) return HandMade(table, sql);
        return (start, source, target) switch
        {
            (_, null, null) => MergedDefinition.Gone(table),
            (null, { } s, null) => MergedDefinition.Of(table, s),
            (null, null, { } t) => MergedDefinition.Of(table, t),
            ({ } b, null, { } t) => MergeDropped(table, (b, t), SchemaSide.Source, SchemaSide.Target),
            ({ } b, { } s, null) => MergeDropped(table, (b, s), SchemaSide.Target, SchemaSide.Source),
            (null, { } s, { } t) => MergeNew(table, s, t),
            ({ } b, { } s, { } t) => MergeParts(new PartSides(table, b, s, t, decisions.WinnerOf(SchemaPlan.PlaceOf(table)))),
        };
    }

    /// <summary>A foreign key to a table that is gone goes too: its table stays, and a person was asked.</summary>
    public MergedDefinition WithoutDeadReferences(MergedDefinition table, IReadOnlyList<MergedDefinition> all)
    {
        if (table.Schema is not { Constraints: { } constraints } schema || schema.ForeignKeys.Count == 0) return table;
        var references = constraints.Where(c => c.Kind == ConstraintKind.ForeignKey).Zip(schema.ForeignKeys, (c, f) => (Constraint: c, f.ReferencedTable));
        var dead = references.Where(r => all.Any(t => t.Schema is null && t.Triple.Base is { } gone && AreEqual(gone.Schema.Name, r.ReferencedTable))
            && !all.Any(t => AreEqual(t.Schema?.Name ?? "", r.ReferencedTable))).Select(r => r.Constraint).ToList();
        if (dead.Count == 0 || (views.Of(table.Triple, SchemaSide.Base)?.ForeignKeys.Count == schema.ForeignKeys.Count)) return table;
        var draft = schema with { Constraints = [.. constraints.Except(dead)] };
        return table with { Schema = draft with { Sql = dialect.Compose(draft, [schema]) }, IsWritten = false };
    }

    private MergedDefinition MergeDropped(TableTriple table, (TableSchema Base, TableSchema Other) schemas, SchemaSide dropper, SchemaSide keeper)
    {
        var (before, kept) = (table.Base!, table.On(keeper)!);
        var isUntouched = AreSame(schemas.Base, schemas.Other) && before.Rows == kept.Rows && before.Schema.Name == kept.Schema.Name;
        if (isUntouched && !needs.NeedsTable(table, keeper)) return MergedDefinition.Gone(table);
        Contradict(table, ["table"]);
        var winner = decisions.WinnerOf(SchemaPlan.PlaceOf(table));
        return winner == dropper ? MergedDefinition.Gone(table) : MergedDefinition.Of(table, winner == SchemaSide.Base ? schemas.Base : schemas.Other);
    }

    private MergedDefinition MergeNew(TableTriple table, TableSchema source, TableSchema target)
    {
        if (AreSame(source, target)) return MergedDefinition.Of(table, target);
        Contradict(table, ["table"]);
        return decisions.WinnerOf(SchemaPlan.PlaceOf(table)) switch
        {
            SchemaSide.Source => MergedDefinition.Of(new TableTriple(null, table.Source, null), source),
            SchemaSide.Target => MergedDefinition.Of(new TableTriple(null, null, table.Target), target),
            _ => MergedDefinition.Gone(table),
        };
    }

    private MergedDefinition MergeParts(PartSides sides)
    {
        var (start, source, target) = (sides.Base, sides.Source, sides.Target);
        var isWhole = Whole.Contains(sides.Triple) || start.Constraints is null || source.Constraints is null || target.Constraints is null;
        if (isWhole && !AreSame(source, start) && !AreSame(target, start) && !AreSame(source, target))
        {
            Contradict(sides.Triple, ["definition"]);
            return MergedDefinition.Of(sides.Triple, sides.On(sides.Winner));
        }

        if (isWhole) return MergedDefinition.Of(sides.Triple, AreSame(source, start) ? target : source);
        var columns = new ColumnsMerge(dialect, sides,
            (id, side) => needs.NeedsColumn(sides.Triple, id, side), (id, side) => IsLeftOut(sides.Triple, id, side));
        var merged = columns.Run();
        var constraints = new ConstraintsMerge(dialect, sides, (c, side) => LostItsColumn(c, sides, side, merged), KeyClashes.Contains(sides.Triple));
        var kept = constraints.Run((c, side) => NamesMissing(c, sides.On(side), merged));
        var options = constraints.Options();
        Contradict(sides.Triple, [.. columns.Contradictions, .. constraints.Contradictions]);
        var draft = target with
        {
            Id = start.Id,
            Name = source.Name == start.Name ? target.Name : source.Name,
            Columns = [.. merged.Select(c => c.Column)],
            Constraints = kept,
            Options = options,
            PrimaryKey = kept.FirstOrDefault(c => c.Kind == ConstraintKind.PrimaryKey)?.Columns ?? [],
        };
        return Write(sides, draft, merged);
    }

    /// <summary>A side's own text where that says the same, best of all one that no rename went over; else a text put together.</summary>
    private MergedDefinition Write(PartSides sides, TableSchema draft, List<MergedColumn> columns)
    {
        var same = new[] { SchemaSide.Target, SchemaSide.Source }.Where(side => HasSameParts(sides.On(side), draft))
            .OrderBy(side => sides.On(side).Sql == sides.Triple.On(side)!.Schema.Sql ? 0 : 1)
            .ThenBy(side => SchemaEquality.Same(sides.Triple.On(side)!.Schema, sides.Triple.Base!.Schema) ? 1 : 0).ToList();
        if (same.Count == 0)
        {
            var sql = dialect.Compose(draft, [sides.Target, sides.Source, sides.Base]);
            return new MergedDefinition(sides.Triple, draft with { Sql = sql }, columns, IsWritten: false);
        }

        var own = sides.On(same[0]);
        var schema = own with { Id = draft.Id, Columns = [.. own.Columns.Zip(draft.Columns, (o, m) => o.As(m))] };
        return new MergedDefinition(sides.Triple, schema, [.. columns.Zip(schema.Columns, (m, c) => m with { Column = c })], IsWritten: true);
    }

    /// <summary>The text a person wrote; columns are those of the same names.</summary>
    private MergedDefinition HandMade(TableTriple table, string sql)
    {
        Contradict(table, ["definition"]);
        var trial = dialect.Try(new DatabaseSchema([new TableSchema { Name = table.Name, Columns = [], PrimaryKey = [], Sql = sql }], []));
        if (trial.Schema.Tables.Count != 1)
        {
            throw new DbVcException(FailureKind.Usage, "conflict.value", $"The definition given for '{table.Name}' does not create a table.",
                hint: "Decide the conflict again: db-vc conflicts resolve.");
        }

        var made = trial.Schema.Tables[0];
        var columns = ColumnIds.Assign(made, Union(table)).Columns.Select(c => new MergedColumn(c, IdOf(SchemaSide.Base, c), IdOf(SchemaSide.Source, c),
            IdOf(SchemaSide.Target, c))).ToList();
        var id = (table.Base ?? table.Target ?? table.Source)!.Schema.Id;
        return new MergedDefinition(table, made with { Id = id, Columns = [.. columns.Select(c => c.Column)] }, columns, IsWritten: false);

        int IdOf(SchemaSide side, Column column) => views.Of(table, side)?.FindColumn(column.Name)?.Id ?? 0;
    }

    /// <summary>All columns that any side has; the first of a name counts.</summary>
    private TableSchema Union(TableTriple table)
    {
        var sides = new[] { SchemaSide.Target, SchemaSide.Source, SchemaSide.Base }.Select(side => views.Of(table, side)).OfType<TableSchema>().ToList();
        return sides[0] with { Columns = [.. sides.SelectMany(s => s.Columns).DistinctBy(c => c.Name.ToUpperInvariant()).DistinctBy(c => c.Id)] };
    }

    /// <summary>The side took the constraint away together with a column that stays after all.</summary>
    private static bool LostItsColumn(TableConstraint constraint, PartSides sides, SchemaSide side, List<MergedColumn> merged) =>
        constraint.Columns.Append(constraint.Column).OfType<string>().Any(name => merged.Exists(c => c.Base > 0 && c.On(side) == 0
            && AreEqual(sides.Base.Columns.First(b => b.Id == c.Base).Name, name)));

    /// <summary>It names a column that the side has and the merged table does not.</summary>
    private bool NamesMissing(TableConstraint constraint, TableSchema side, List<MergedColumn> merged)
    {
        var missing = side.Columns.Where(c => !merged.Exists(m => AreEqual(m.Column.Name, c.Name))).ToList();
        return missing.Exists(c => AreEqual(constraint.Column ?? "", c.Name) || constraint.Columns.Any(name => AreEqual(name, c.Name))
            || (constraint.Kind == ConstraintKind.Check && dialect.Mentions(constraint.Sql, c.Name)));
    }

    private bool HasSameParts(TableSchema side, TableSchema draft) =>
        side.Name == draft.Name && side.Options.Order(StringComparer.Ordinal).SequenceEqual(draft.Options.Order(StringComparer.Ordinal))
        && side.Columns.Select(Canonical).SequenceEqual(draft.Columns.Select(Canonical))
        && side.Constraints!.Select(Canonical).Order(StringComparer.Ordinal).SequenceEqual(draft.Constraints!.Select(Canonical).Order(StringComparer.Ordinal));

    private string Canonical(Column c) => string.Join('|', c.Name, c.DeclaredType.ToUpperInvariant(), c.Nullable,
        c.DefaultSql is { } sql ? dialect.Canonical(sql) : "", c.Collation?.ToUpperInvariant(), c.GeneratedSql is { } made ? dialect.Canonical(made) : "");

    private string Canonical(TableConstraint c) => $"{dialect.Canonical(c.Sql)}|{string.Join(',', c.Columns).ToUpperInvariant()}";

    private bool AreSame(TableSchema one, TableSchema other) => one.Sql == other.Sql || dialect.Canonical(one.Sql) == dialect.Canonical(other.Sql);

    private bool IsLeftOut(TableTriple table, int column, SchemaSide side) => names?.LeftOut.Contains((table, column, side)) == true;

    private void Contradict(TableTriple table, IReadOnlyList<string> what)
    {
        if (what.Count == 0) return;
        var known = _contradictions.FindIndex(c => c.Place == SchemaPlan.PlaceOf(table));
        if (known < 0) _contradictions.Add(SchemaPlan.Contradict(table, what));
        else _contradictions[known] = SchemaPlan.Contradict(table, [.. _contradictions[known].Draft.Parts.Union(what)]);
    }

    private static bool AreEqual(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
