using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Runs one invariant inside a transaction that has changed things, under the same guard as any foreign SQL.</summary>
internal static class SqliteInvariantCheck
{
    /// <summary>More rows add nothing for a person.</summary>
    private const int MaxRows = 20;

    public static IReadOnlyList<ConstraintViolation> Run(SqliteHandle handle, Invariant invariant, TimeSpan maxTime)
    {
        try
        {
            using var guard = new SqliteQueryGuard(handle, maxTime);
            guard.StartClock();
            try
            {
                return Read(handle, invariant);
            }
            finally
            {
                guard.StopClock();
            }
        }
        catch (DbVcException failure) when (failure.Code == "query.limit")
        {
            throw new DbVcException(FailureKind.Refused, "invariant.limit",
                $"Invariant '{invariant.Name}' did not end within {maxTime.TotalSeconds:0.###} seconds.", invariant.Name,
                "Nothing was changed. Make its query faster, or remove it: db-vc invariant remove NAME.", failure);
        }
        catch (Exception failure) when (failure is ArgumentException or DbVcException { Code: not "invariant.limit" })
        {
            throw new DbVcException(FailureKind.Refused, "invariant.failed", $"Invariant '{invariant.Name}' cannot be run: {failure.Message}",
                invariant.Name, "Nothing was changed. Mend the query, or remove it: db-vc invariant remove NAME.", failure);
        }
    }

    private static List<ConstraintViolation> Read(SqliteHandle handle, Invariant invariant)
    {
        var violations = new List<ConstraintViolation>();
        SqliteStatement statement;
        try
        {
            statement = handle.Prepare(invariant.Sql);
        }
        catch (DbVcException failure) when (failure.Code != "statement.several")
        {
            throw SqliteQueryGuard.Translate(failure, SqliteNative.ExtendedErrorCode(handle.Pointer), handle.ErrorMessage);
        }

        using (statement)
        {
            if (!statement.IsReadOnly || statement.ColumnCount == 0) throw SqliteQueryGuard.Refuse("the statement does not read");
            var columns = Enumerable.Range(0, statement.ColumnCount).Select(statement.ColumnName).ToList();
            int code;
            while ((code = statement.TryStep()) == SqliteError.Row && violations.Count < MaxRows)
            {
                violations.Add(Violation(invariant, [.. columns.Zip(statement.RowAt(0), (name, value) => new NamedValue(name, value))]));
            }

            if (code is SqliteError.Row or SqliteError.Done) return violations;
            throw SqliteQueryGuard.Translate(handle.Fail(), code, handle.ErrorMessage);
        }
    }

    private static ConstraintViolation Violation(Invariant invariant, IReadOnlyList<NamedValue> row)
    {
        var text = string.Join(", ", row.Select(cell => $"{cell.Name}={SqliteTableRows.Describe([cell.Value])}"));
        return new ConstraintViolation($"INVARIANT {invariant.Name}", "", text, $"Invariant '{invariant.Name}' must return no row, but returns {text}.")
        {
            Rows = [new ViolatingRow("", row)],
        };
    }
}
