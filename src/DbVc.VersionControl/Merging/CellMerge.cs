using System.Globalization;
using System.Text;
using System.Text.Json;
using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// Merges one cell that both sides may have changed: equal changes are one, else the column's policy decides, else a person.
/// Cells of JSON columns that hold objects on all sides merge by key, and the same rules hold at each path.
/// </summary>
internal sealed class CellMerge(MergeWork work, TableSides sides)
{
    private readonly Dictionary<int, ColumnPolicy> _policies = sides.Merged.StoredColumns.ToDictionary(
        c => c.Id, c => work.Policies.Find(sides.Merged.Name, c.Name));

    /// <summary>A side is null where its table does not have the column, and the base also where it does not have the row.</summary>
    public Value Run(RowPlace row, Column column, Value? before, Value? source, Value? target)
    {
        // A column that one side does not have was added by the other, which alone can say what is in it.
        if (source is not { } s) return target ?? Value.Null;
        if (target is not { } t) return s;
        if (s == before) return t;
        if (t == before) return s;
        var policy = _policies[column.Id];
        if (s == t && !JudgesEqual(policy.Kind, before)) return t;
        if (IsJson(column) && before is { } b && MergeJson(new Place(row, column), policy, (b, s, t)) is { } merged) return merged;
        return Decide(new Place(row, column), policy, before, s, t) ?? Resolve(new Place(row, column), before, s, t);
    }

    private static bool JudgesEqual(MergePolicy policy, Value? before) => policy is MergePolicy.Strict or MergePolicy.Delta && before is not null;

    private static bool IsJson(Column column) => column.DeclaredType.Contains("JSON", StringComparison.OrdinalIgnoreCase);

    /// <summary>The value a policy gives; null when it is a conflict after all.</summary>
    private Value? Decide(Place place, ColumnPolicy policy, Value? before, Value source, Value target) => policy.Kind switch
    {
        MergePolicy.Source => source,
        MergePolicy.Target => target,
        MergePolicy.Delta => work.History?.MeetsItself(CellOf(place)) == true ? null : Arithmetic.AddChanges(before, source, target),
        MergePolicy.Max => Arithmetic.Compare(source, target) is { } order ? order >= 0 ? source : target : null,
        MergePolicy.Min => Arithmetic.Compare(source, target) is { } order ? order <= 0 ? source : target : null,
        MergePolicy.Union => SetUnion.Merge(before, source, target, policy.Delimiter),
        MergePolicy.Latest => FindLatest(place) is { } side ? side == MergeSide.Source ? source : target : null,
        _ => null,
    };

    /// <summary>Null where the histories are unknown, or both sides touched the cell at the very same time.</summary>
    private MergeSide? FindLatest(Place place)
    {
        var (source, target) = (work.History?.FindCommit(MergeSide.Source, CellOf(place)), work.History?.FindCommit(MergeSide.Target, CellOf(place)));
        if (source is null || target is null || source.Commit.Time == target.Commit.Time) return null;
        return source.Commit.Time > target.Commit.Time ? MergeSide.Source : MergeSide.Target;
    }

    private CellPlace CellOf(Place place) => new(sides.Merged.Name, place.Row.TreeKey, place.Column.Id) { TableId = sides.Merged.Id };

    private Value? MergeJson(Place place, ColumnPolicy policy, (Value Base, Value Source, Value Target) cell)
    {
        if (Read(cell.Base) is not { } before || Read(cell.Source) is not { } source || Read(cell.Target) is not { } target) return null;
        return Value.Text(new JsonMerge(Decide, JudgesEqual(policy.Kind, cell.Base)).Run(before, source, target));

        static JsonText? Read(Value value) => value.Kind == ValueKind.Text ? JsonText.TryReadObject(value.AsBytes) : null;

        string? Decide(JsonPlace at)
        {
            var both = at.Source is not null && at.Target is not null;
            if (policy.Kind == MergePolicy.Source) return at.Source;
            if (policy.Kind == MergePolicy.Target) return at.Target;
            if (policy.Kind == MergePolicy.Latest && FindLatest(place) is { } side) return side == MergeSide.Source ? at.Source : at.Target;
            if (both && this.Decide(place, policy, Scalar(at.Base), Scalar(at.Source)!.Value, Scalar(at.Target)!.Value) is { } value)
            {
                return value == Scalar(at.Source) ? at.Source : value == Scalar(at.Target) ? at.Target : TextOf(value, policy.Kind);
            }

            return Resolve(place, at);
        }
    }

    /// <summary>A JSON value as a cell: policies know numbers, texts and sets.</summary>
    private static Value? Scalar(string? json)
    {
        if (json is null) return null;
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return root.ValueKind switch
        {
            JsonValueKind.Number => root.TryGetInt64(out var integer) ? Value.Integer(integer) : Value.Real(root.GetDouble()),
            JsonValueKind.String => Value.Text(root.GetString()!),
            JsonValueKind.Array => Value.Text(json),
            _ => Value.Blob(Encoding.UTF8.GetBytes(json)),
        };
    }

    private static string TextOf(Value value, MergePolicy policy) => value.Kind switch
    {
        ValueKind.Integer => value.AsInteger.ToString(CultureInfo.InvariantCulture),
        ValueKind.Real => value.ToString(),
        _ => policy == MergePolicy.Union && value.AsText.StartsWith('[') ? value.AsText : JsonSerializer.Serialize(value.AsText, JsonNames.Default.String),
    };

    private Value Resolve(Place place, Value? before, Value source, Value target)
    {
        var resolution = work.Conflicts.Resolve(Draft(place, before, source, target));
        return resolution?.Kind switch
        {
            ResolutionKind.Source => source,
            ResolutionKind.Base => before ?? Value.Null,
            ResolutionKind.Value => resolution.Value ?? Value.Null,
            _ => target,
        };
    }

    private string? Resolve(Place place, JsonPlace at)
    {
        var resolution = work.Conflicts.Resolve(new Conflict
        {
            Id = "",
            Kind = ConflictKind.Cell,
            Table = sides.Merged.Name,
            Key = place.Row.Key,
            Column = place.Column.Name,
            Path = at.Path,
            Base = ConflictFactory.TextSide(at.Path, at.Base),
            Source = ConflictFactory.TextSide(at.Path, at.Source),
            Target = ConflictFactory.TextSide(at.Path, at.Target),
        });
        return resolution?.Kind switch
        {
            ResolutionKind.Source => at.Source,
            ResolutionKind.Base => at.Base,
            ResolutionKind.Value => resolution.Json,
            _ => at.Target,
        };
    }

    private Conflict Draft(Place place, Value? before, Value source, Value target) => new()
    {
        Id = "",
        Kind = ConflictKind.Cell,
        Table = sides.Merged.Name,
        Key = place.Row.Key,
        Column = place.Column.Name,
        CanTakeBoth = place.Row.CanTakeBoth,
        Base = before is { } b ? [new NamedValue(place.Column.Name, b)] : null,
        Source = [new NamedValue(place.Column.Name, source)],
        Target = [new NamedValue(place.Column.Name, target)],
    };

    private readonly record struct Place(RowPlace Row, Column Column);
}

/// <summary>A row that is being merged.</summary>
/// <param name="TreeKey">Its encoded key.</param>
/// <param name="Table">Decodes the key when somebody asks.</param>
/// <param name="CanTakeBoth">Both sides added it, and the key is an integer that may change.</param>
internal readonly record struct RowPlace(ReadOnlyMemory<byte> TreeKey, TableEncoder Table, bool CanTakeBoth)
{
    /// <summary>Names and values of the key.</summary>
    public IReadOnlyList<NamedValue> Key =>
        [.. Table.Table.PrimaryKey.Zip(Table.DecodeKey(TreeKey), (name, value) => new NamedValue(name, value))];
}
