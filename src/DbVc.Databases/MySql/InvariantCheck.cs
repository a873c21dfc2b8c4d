using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Runs one invariant inside a transaction that has changed things, under the same guard as any foreign SQL.</summary>
internal static class MySqlInvariantCheck
{
    /// <summary>More rows add nothing for a person.</summary>
    private const int MaxRows = 20;

    public static IReadOnlyList<ConstraintViolation> Run(MySqlHandle handle, Invariant invariant, TimeSpan maxTime)
    {
        try
        {
            using var guard = new MySqlQueryGuard(handle, maxTime);
            MySqlQueryGuard.Require(handle, invariant.Sql);
            return Read(handle, invariant, guard);
        }
        catch (DbVcException failure) when (failure.Code == "query.limit")
        {
            throw new DbVcException(FailureKind.Refused, "invariant.limit",
                $"Invariant '{invariant.Name}' did not end within {maxTime.TotalSeconds:0.###} seconds.", invariant.Name,
                "Nothing was changed. Make its query faster, or remove it: db-vc invariant remove NAME.", failure);
        }
        catch (DbVcException failure) when (failure.Kind != FailureKind.Locked)
        {
            throw new DbVcException(FailureKind.Refused, "invariant.failed", $"Invariant '{invariant.Name}' cannot be run: {failure.Message}",
                invariant.Name, "Nothing was changed. Mend the query, or remove it: db-vc invariant remove NAME.", failure);
        }
    }

    private static List<ConstraintViolation> Read(MySqlHandle handle, Invariant invariant, MySqlQueryGuard guard)
    {
        var violations = new List<ConstraintViolation>();
        using var statement = MySqlQuery.Prepare(handle, invariant.Sql);
        using var rows = guard.Run(statement.Query);
        while (violations.Count < MaxRows && guard.Run(rows.Read))
        {
            violations.Add(Violation(invariant, [.. rows.RowAt(0).Select((value, i) => new NamedValue(rows.NameAt(i), value))]));
        }

        return violations;
    }

    private static ConstraintViolation Violation(Invariant invariant, IReadOnlyList<NamedValue> row)
    {
        var text = string.Join(", ", row.Select(cell => $"{cell.Name}={MySqlRowText.Describe([cell.Value])}"));
        return new ConstraintViolation($"INVARIANT {invariant.Name}", "", text, $"Invariant '{invariant.Name}' must return no row, but returns {text}.")
        {
            Rows = [new ViolatingRow("", row)],
        };
    }
}
