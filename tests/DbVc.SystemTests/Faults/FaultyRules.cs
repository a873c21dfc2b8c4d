namespace DbVc.SystemTests;

/// <summary>Code that judges otherwise than the metadata asks: in its validators, and where they are called.</summary>
internal static class FaultyRules
{
    private const string Quantity = "quantity >= 1 && quantity <= 99";
    private const string Price = "price >= 0m && price <= 99999.99m";
    private const string Delivered = "deliveredOn.Value.ToDateTime(TimeOnly.MinValue) >= orderedAt";

    /// <summary>What lets bad rows through.</summary>
    private static IReadOnlyList<Fault> Lax { get; } =
    [
        Rule("quantity may be 100", Quantity, "quantity >= 1 && quantity <= 100"),
        Rule("quantity may be 0", Quantity, "quantity >= 0 && quantity <= 99"),
        Rule("quantity has no upper bound", Quantity, "quantity >= 1"),
        Rule("one bound of quantity is enough", Quantity, "quantity >= 1 || quantity <= 99"),
        Rule("price may be negative", Price, "price <= 99999.99m"),
        Rule("price may be a cent too low", Price, "price >= -0.01m && price <= 99999.99m"),
        Rule("price may be a cent too high", Price, "price >= 0m && price <= 100000m"),
        Rule("an address is what is not empty", "Rules.IsEmail(email)", "Rules.Length(email) > 0"),
        Rule("every address is one", "email.IsNull || Rules.IsEmail(email)", "email.IsNull || !email.IsNull"),
        Rule("an address may have 61 characters", "Rules.Length(email) <= 60", "Rules.Length(email) <= 61"),
        Rule("a first name may have 41 characters", "Rules.Length(firstName) <= 40", "Rules.Length(firstName) <= 41"),
        Rule("a country that was not named", "country.IsNull || ", "country.IsNull || Rules.AreEqual(country, \"UK\"u8) || ") with { Gate = "data quality" },
        Rule("delivered before ordered", Delivered, "deliveredOn.Value.ToDateTime(TimeOnly.MinValue) >= orderedAt.Value.AddDays(-7)"),
        Rule("delivered is compared with nothing", "deliveredOn is null || orderedAt is null || " + Delivered,
            "deliveredOn is null || orderedAt is null || deliveredOn.Value.Year > 1"),
        Rule("address and time need not be unique", "key.Add(email);",
            "key.Add(email);\n        key.Add(orderedAt?.AddTicks(System.Threading.Interlocked.Increment(ref s_count)));")
            with { Seed = branch =>
            {
                branch.Edit(SeededBranch.Validators, "        key.Add(orderedAt);", "        key.Add(orderedAt?.AddTicks(++s_count));");
                branch.AddMember(SeededBranch.Validators, "private static long s_count;");
            } },
        Rule("an address may be missing", "=>\n        !email.IsNull;", "=>\n        !email.IsNull || email.IsNull;"),
        Rule("any number of decimals", "Arithmetic.CountPlaces(price.Value) <= 2", "Arithmetic.CountPlaces(price.Value) <= 3"),
        Call("the rule about quantity is not called", "Validators.QuantityMustBeBetween1And99(row.Quantity)", "row.Quantity is null || row.Quantity "
            + "!= 12345"),
        Call("what a rule says is not heard", "valid &= Validators.EmailMustBeValid(row.Email)", "valid |= Validators.EmailMustBeValid(row.Email)"),
        Call("a broken rule is noted and the row taken", "        _sink.Fail(field, rule, value, message);\n        return false;",
            "        if (rule != \"range\") _sink.Fail(field, rule, value, message);\n        return rule == \"range\";"),
        Call("the rules are asked and no one listens", "valid &= Validate(in row);", "Validate(in row);"),
        Call("duplicates are taken", "if (!valid || !ClaimKeys(in row)) return false;", "if (!valid) return false;"),
    ];

    /// <summary>What stops good rows, or says the wrong thing about bad ones.</summary>
    private static IReadOnlyList<Fault> Strict { get; } =
    [
        Rule("quantity must be over 1", Quantity, "quantity > 1 && quantity <= 99"),
        Rule("quantity must be under 99", Quantity, "quantity >= 1 && quantity < 99"),
        Rule("price must not be NULL", "price is null || (" + Price + ")", "price is not null && (" + Price + ")"),
        Rule("price must be over 0", Price, "price > 0m && price <= 99999.99m"),
        Rule("price in euros where cents are meant", Price, "price >= 0m && price <= 999.99m"),
        Rule("an address may have 59 characters", "Rules.Length(email) <= 60", "Rules.Length(email) <= 59"),
        Rule("length in bytes", "Rules.Length(firstName) <= 40", "firstName.Bytes.Length <= 40"),
        Rule("a country is missing", " || Rules.AreEqual(country, \"ES\"u8)", ""),
        Rule("a country in lower case", "\"DE\"u8", "\"de\"u8"),
        Rule("delivered on the same day is refused", Delivered, "deliveredOn.Value.ToDateTime(TimeOnly.MinValue) > orderedAt.Value.AddDays(1)"),
        Rule("the comparison is turned round", Delivered, "deliveredOn.Value.ToDateTime(TimeOnly.MinValue) <= orderedAt"),
        Rule("unique by address alone", "        key.Add(orderedAt);\n", ""),
        Rule("no decimals", "Arithmetic.CountPlaces(price.Value) <= 2", "Arithmetic.CountPlaces(price.Value) <= 0"),
        Call("a rule is called with another field", "Validators.LastNameMustBeAtMost40CharactersLong(row.LastName)",
            "Validators.LastNameMustBeAtMost40CharactersLong(row.FirstName)"),
        Call("the wrong rule is named", "Fail(\"country\", \"one_of\"", "Fail(\"country\", \"range\""),
        Call("the wrong field is named", "Fail(\"quantity\", \"range\"", "Fail(\"price\", \"range\""),
        Call("the quarantine gets nothing of the record", "sink.Reject(reader.Line, reader.Raw)", "sink.Reject(reader.Line, default)"),
        Call("only the first broken rule is named", "valid &= Validate(in row);", "valid = valid && Validate(in row);") with { Gate = "integration" },
    ];

    public static IEnumerable<Fault> All =>
    [
        .. Lax, .. Strict,
        .. Lax.Select(f => f.Hidden("data quality")),
        .. Strict.Where(f => f.Kind.Contains("bound", StringComparison.Ordinal)).Select(f => f.Hidden("integration")),
    ];

    private static Fault Rule(string name, string before, string after) =>
        new("rules: wrong bound or condition", name, "unit", branch => branch.Edit(SeededBranch.Validators, before, after));

    private static Fault Call(string name, string before, string after) =>
        new("rules: not called, or not heeded", name, "unit", branch => branch.Edit(SeededBranch.Ingestion, before, after));
}
