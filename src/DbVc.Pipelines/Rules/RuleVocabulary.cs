namespace DbVc.Pipelines;

/// <summary>All rules that metadata knows besides formats, in the order in which they are documented.</summary>
internal static class RuleVocabulary
{
    private static readonly RuleParameter s_value = new("value", RuleParameterKind.Value);
    private static readonly RuleParameter s_text = new("value", RuleParameterKind.Text);
    private static readonly RuleParameter s_pattern = new("pattern", RuleParameterKind.Text);

    public static IReadOnlyList<RuleDefinition> All { get; } =
    [
        .. Presence(), .. Numbers(), .. Texts(), .. Lists(), .. Groups(),
        new("no_duplicates", "No two rows have equal values in the fields, neither in the source nor in the destination; without fields: whole records.")
        {
            Aliases = ["unique", "unique_combination", "duplicate_row"],
            Example = "\"field\": \"email\"",
            English = "email must be unique",
        },
        new("primary_key", "No two rows have equal values in the fields, and none of these is NULL.")
        {
            Example = "\"field\": \"email\"",
            English = "email must be a primary key",
        },
        new("foreign_key", "The values are those of a row in another table of the database; judged by db-vc when the row is loaded. A NULL passes.")
        {
            Aliases = ["present_in", "relationships", "present_in_other_table"],
            Parameters = [new("references", RuleParameterKind.Text)],
            BuildReference = (a, fields) => a.Reference("references", fields.Count),
            Example = "\"field\": \"email\", \"references\": \"customers.email\"",
            English = "email must exist in customers.email",
        },
        .. Times(),
        .. TableVocabulary.All(),
        new("expression", "What a sentence says, in the English of rules.")
        {
            Aliases = ["satisfies"],
            Parameters = [new("expression", RuleParameterKind.Text)],
            Example = "\"expression\": \"total = quantity * price\"",
            English = "total must equal quantity * price",
        },
        new("custom", "What no rule here can say: in words, with values that pass and values that do not. Its code is written by a model or a person.")
        {
            Aliases = ["user_defined", "described"],
            Parameters = [new("says", RuleParameterKind.Text), new("passes", RuleParameterKind.Examples), new("fails", RuleParameterKind.Examples)],
            BuildTogether = (a, fields) => a.Text("says") is { } words && a.Examples("passes", fields.Count) is { } passing
                && a.Examples("fails", fields.Count) is { } failing ? ConditionBuilder.Described(fields, words, passing, failing) : null,
            Example = "\"field\": \"name\", \"says\": \"the letters stand in the order of the alphabet\", \"passes\": [\"abc\"], \"fails\": [\"cab\", \"ba\"]",
            English = "name must satisfy 'the letters stand in the order of the alphabet' as in 'abc' but not 'cab', 'ba'",
        },
    ];

    /// <summary>The rule of a name; null for none.</summary>
    public static RuleDefinition? Find(string name)
    {
        var wanted = name.Trim();
        return All.FirstOrDefault(r => r.Names.Contains(wanted, StringComparer.OrdinalIgnoreCase));
    }

    private static IEnumerable<RuleDefinition> Times() =>
    [
        BesideNow("not_future", ["not_in_future"], TimeBoundKind.NotFuture, "Not after the time of the load.", "seen_at must not be in the future"),
        BesideNow("not_past", ["not_in_past"], TimeBoundKind.NotPast, "Not before the time of the load.", "seen_at must not be in the past"),
        BesideNow("in_past", [], TimeBoundKind.Past, "Before the time of the load.", "seen_at must be in the past"),
        BesideNow("in_future", [], TimeBoundKind.Future, "After the time of the load.", "seen_at must be in the future"),
        BesideNow("max_age", [], TimeBoundKind.MaxAge, "At most so long before the time of the load: minutes, hours, days or weeks.",
            "seen_at must be at most 30 days old"),
    ];

    private static RuleDefinition BesideNow(string name, string[] aliases, TimeBoundKind kind, string summary, string english)
    {
        var offset = new RuleParameter("offset", RuleParameterKind.Text, Required: false);
        var isAge = kind == TimeBoundKind.MaxAge;
        return new RuleDefinition(name, summary)
        {
            Aliases = aliases,
            Parameters = isAge ? [new("max", RuleParameterKind.Text), offset] : [offset],
            BuildTime = (a, f) => !isAge ? TimeBound.RuleFor(f, kind, null, a.Text("offset"))
                : a.Age("max") is { } age ? TimeBound.RuleFor(f, kind, age, a.Text("offset")) : null,
            Example = "\"field\": \"seen_at\"" + (isAge ? ", \"max\": \"30 days\"" : ""),
            English = english,
        };
    }

    private static IEnumerable<RuleDefinition> Presence() =>
    [
        new("required", "Neither NULL nor blank.")
        {
            Aliases = ["not_empty", "mandatory", "not_blank"],
            Build = (_, f) => new Presence(f, PresenceKind.Given),
            Example = "\"field\": \"name\"",
            English = "name is required",
        },
        new("not_null", "Not NULL; a blank text passes.")
        {
            Build = (_, f) => new Presence(f, PresenceKind.NotNull),
            Example = "\"field\": \"name\"",
            English = "name must not be null",
        },
        new("completeness", "Not NULL in a share of the rows.")
        {
            Aliases = ["not_null_proportion"],
            Parameters = [new("min", RuleParameterKind.Number)],
            Build = (_, f) => new Presence(f, PresenceKind.NotNull),
            Share = a => a.Number("min"),
            Example = "\"field\": \"email\", \"min\": 0.95",
            English = "email must not be null in at least 95 % of rows",
        },
        new("null_only", "NULL.")
        {
            Aliases = ["null", "must_be_null"],
            Build = (_, f) => new Presence(f, PresenceKind.Null),
            Example = "\"field\": \"name\"",
            English = "name must be null",
        },
        new("required_if", "Required in the rows that satisfy a condition.")
        {
            Parameters = [new("condition", RuleParameterKind.Text)],
            Build = (a, f) => a.Condition("condition") is { } premise
                ? ConditionBuilder.Any([ConditionBuilder.Negate(premise), new Presence(f, PresenceKind.Given)]) : null,
            Example = "\"field\": \"name\", \"condition\": \"status = 'paid'\"",
            English = "name is required if status = 'paid'",
        },
    ];

    private static IEnumerable<RuleDefinition> Numbers() =>
    [
        new("range", "Not below min and not above max; one of them may be left out. For numbers, dates and timestamps.")
        {
            Aliases = ["between"],
            Parameters = [new("min", RuleParameterKind.Value, Required: false), new("max", RuleParameterKind.Value, Required: false)],
            Build = (a, f) => a.Range(new FieldOperand(f), "min", "max"),
            Example = "\"field\": \"age\", \"min\": 0, \"max\": 120",
            English = "age must be between 0 and 120",
        },
        Comparing("greater_than", ["gt", "above"], Comparator.Greater, "Greater than a value, or later.", "age > 5"),
        Comparing("at_least", ["ge", "gte", "min", "minimum"], Comparator.GreaterOrEqual, "At least a value, or not earlier.", "age >= 5"),
        Comparing("less_than", ["lt", "below"], Comparator.Less, "Less than a value, or earlier.", "age < 5"),
        Comparing("at_most", ["le", "lte", "max", "maximum"], Comparator.LessOrEqual, "At most a value, or not later.", "age <= 5"),
        Comparing("equals", ["equal", "eq", "equal_to"], Comparator.Equal, "Equal to a value.", "age = 5"),
        Comparing("not_equals", ["not_equal", "ne", "not_equal_to"], Comparator.NotEqual, "Not equal to a value.", "age != 5"),
        Signed("positive", [], Comparator.Greater, "Greater than 0.", "age must be positive"),
        Signed("negative", [], Comparator.Less, "Less than 0.", "age must be negative"),
        Signed("non_negative", ["not_negative"], Comparator.GreaterOrEqual, "0 or greater.", "age must not be negative"),
        Signed("non_positive", ["not_positive"], Comparator.LessOrEqual, "0 or less.", "age must not be positive"),
        new("multiple_of", "A number that another one divides without rest.")
        {
            Aliases = ["multipleOf", "divisible_by"],
            Parameters = [new("value", RuleParameterKind.Number)],
            Build = (a, f) => a.Number("value") is { } divisor ? ConditionBuilder.Multiple(f, divisor) : null,
            Example = "\"field\": \"price\", \"value\": 0.05",
            English = "price must be a multiple of 0.05",
        },
        new("decimal_places", "A decimal with at most so many digits after the point; zeros at the end do not count.")
        {
            Aliases = ["max_decimals", "max_decimal_places"],
            Parameters = [new("max", RuleParameterKind.Number)],
            Build = (a, f) => a.Operand("max") is { } most ? ConditionBuilder.Compare(ConditionBuilder.PlacesOf(f), Comparator.LessOrEqual, most) : null,
            Example = "\"field\": \"price\", \"max\": 2",
            English = "price must have at most 2 decimals",
        },
    ];

    private static IEnumerable<RuleDefinition> Texts() =>
    [
        new("length", "A number of characters (code points) between min and max; one of them may be left out.")
        {
            Aliases = ["max_length", "min_length", "str_length", "value_lengths"],
            Parameters =
            [
                new("min", RuleParameterKind.Number, Required: false), new("max", RuleParameterKind.Number, Required: false),
                new("min_length", RuleParameterKind.Number, Required: false), new("max_length", RuleParameterKind.Number, Required: false),
                new("value", RuleParameterKind.Number, Required: false),
            ],
            Build = (a, f) => a.Length(f),
            Example = "\"field\": \"name\", \"min\": 2, \"max\": 20",
            English = "name must be between 2 and 20 characters long",
        },
        new("matches", "A regular expression over the whole text, with a time limit.")
        {
            Aliases = ["regex", "pattern"],
            Parameters = [s_pattern],
            Build = (a, f) => a.Text("pattern") is { } pattern ? ConditionBuilder.Match(f, pattern) : null,
            Example = "\"field\": \"name\", \"pattern\": \"[A-Z]{2}[0-9]+\"",
            English = "name must match /[A-Z]{2}[0-9]+/",
        },
        new("not_matches", "Not the whole of a regular expression.")
        {
            Aliases = ["not_regex"],
            Parameters = [s_pattern],
            Build = (a, f) => a.Text("pattern") is { } pattern ? ConditionBuilder.Negate(ConditionBuilder.Match(f, pattern)) : null,
            Example = "\"field\": \"name\", \"pattern\": \"x+\"",
            English = "name must not match /x+/",
        },
        new("matches_any", "The whole of one of several regular expressions.")
        {
            Aliases = ["regex_list"],
            Parameters = [new("patterns", RuleParameterKind.Texts)],
            Build = (a, f) => a.Texts("patterns") is { Count: > 0 } patterns
                ? ConditionBuilder.Any([.. patterns.Select(p => ConditionBuilder.Match(f, p))]) : null,
            Example = "\"field\": \"name\", \"patterns\": [\"a+\", \"b+\"]",
            English = "name must match /a+/ or name must match /b+/",
        },
        new("like", "A pattern of SQL: % for any text, _ for one character.")
        {
            Parameters = [s_pattern],
            Build = (a, f) => a.Text("pattern") is { } pattern ? ConditionBuilder.Like(f, pattern) : null,
            Example = "\"field\": \"name\", \"pattern\": \"A%\"",
            English = "name must be like 'A%'",
        },
        new("not_like", "Not a pattern of SQL.")
        {
            Parameters = [s_pattern],
            Build = (a, f) => a.Text("pattern") is { } pattern ? ConditionBuilder.Negate(ConditionBuilder.Like(f, pattern)) : null,
            Example = "\"field\": \"name\", \"pattern\": \"A%\"",
            English = "name must not be like 'A%'",
        },
        Testing("starts_with", TextTestKind.StartsWith, "Begins with a text.", "name must start with 'A'", negated: false),
        Testing("ends_with", TextTestKind.EndsWith, "Ends with a text.", "name must end with 'A'", negated: false),
        Testing("contains", TextTestKind.Contains, "Holds a text.", "name must contain 'A'", negated: false),
        Testing("not_contains", TextTestKind.Contains, "Does not hold a text.", "name must not contain 'A'", negated: true),
    ];

    private static IEnumerable<RuleDefinition> Lists() =>
    [
        Listing("one_of", ["in_set", "accepted_values", "in"], "One of some values.", "status must be one of 'a', 'b'", negated: false),
        Listing("not_one_of", ["not_in_set", "forbidden_values", "not_in"], "None of some values.", "status must not be one of 'a', 'b'", negated: true),
    ];

    private static IEnumerable<RuleDefinition> Groups() =>
    [
        new("at_least_one_of", "One of the fields at least is given.")
        {
            Aliases = ["any_not_null", "any_given"],
            BuildGroup = (_, fields) => ConditionBuilder.AnyGiven(fields),
            Example = "\"fields\": [\"name\", \"email\"]",
            English = "at least one of name, email must be given",
        },
        new("exactly_one_of", "One of the fields is given and the others are not.")
        {
            BuildGroup = (_, fields) => ConditionBuilder.OneGiven(fields),
            Example = "\"fields\": [\"name\", \"email\"]",
            English = "exactly one of name, email must be given",
        },
        new("all_or_none", "All fields are given or none is.")
        {
            Aliases = ["both_filled_or_null", "both_or_neither"],
            BuildGroup = (_, fields) => ConditionBuilder.AllOrNone(fields),
            Example = "\"fields\": [\"name\", \"email\"]",
            English = "name and email must both be given or both be empty",
        },
        new("pair_in_set", "The values of the fields together are one of some lists; a NULL passes.")
        {
            Aliases = ["combination_in_set"],
            Parameters = [new("values", RuleParameterKind.Rows)],
            BuildGroup = (a, fields) => a.Rows("values", fields.Count) is { Count: > 0 } rows ? ConditionBuilder.OneOfRows(fields, rows) : null,
            Example = "\"fields\": [\"city\", \"status\"], \"values\": [[\"a\", \"b\"], [\"c\", \"d\"]]",
            English = "city must be null or status must be null or (city must equal 'a' and status must equal 'b') "
                + "or (city must equal 'c' and status must equal 'd')",
        },
        new("multi_column_sum", "The sum of the fields is a number, or the value of another field (`total`).")
        {
            Aliases = ["multicolumn_sum"],
            Parameters = [new("equals", RuleParameterKind.Number, Required: false), new("total", RuleParameterKind.Text, Required: false)],
            BuildGroup = (a, fields) => a.NumberOrField("equals", "total") is { } sum ? ConditionBuilder.SumIs(fields, sum) : null,
            Example = "\"fields\": [\"age\", \"quantity\"], \"equals\": 100",
            English = "age + quantity must equal 100",
        },
        new("different", "No two of the fields are equal within one record.")
        {
            Aliases = ["unique_within_record"],
            BuildGroup = (_, fields) => ConditionBuilder.Different(fields),
            Example = "\"fields\": [\"name\", \"city\"]",
            English = "name and city must be different",
        },
    ];

    private static RuleDefinition Comparing(string name, string[] aliases, Comparator comparator, string summary, string english) => new(name, summary)
    {
        Aliases = aliases,
        Parameters = [s_value],
        Build = (a, f) => a.Operand("value") is { } value ? ConditionBuilder.Compare(new FieldOperand(f), comparator, value) : null,
        Example = "\"field\": \"age\", \"value\": 5",
        English = english,
    };

    private static RuleDefinition Signed(string name, string[] aliases, Comparator comparator, string summary, string english) => new(name, summary)
    {
        Aliases = aliases,
        Build = (_, f) => ConditionBuilder.Compare(new FieldOperand(f), comparator, new NumberOperand(0, "0")),
        Example = "\"field\": \"age\"",
        English = english,
    };

    private static RuleDefinition Testing(string name, TextTestKind kind, string summary, string english, bool negated) => new(name, summary)
    {
        Parameters = [s_text],
        Build = (a, f) => a.Text("value") is not { } part ? null
            : negated ? ConditionBuilder.Negate(ConditionBuilder.Test(f, kind, part)) : ConditionBuilder.Test(f, kind, part),
        Example = "\"field\": \"name\", \"value\": \"A\"",
        English = english,
    };

    private static RuleDefinition Listing(string name, string[] aliases, string summary, string english, bool negated) => new(name, summary)
    {
        Aliases = aliases,
        Parameters = [new("values", RuleParameterKind.Values), new("ignore_case", RuleParameterKind.Truth, Required: false)],
        Build = (a, f) => a.Operands("values") is { } values ? ConditionBuilder.InList(f, values, negated, a.IsTrue("ignore_case")) : null,
        Example = "\"field\": \"status\", \"values\": [\"a\", \"b\"]",
        English = english,
    };
}
