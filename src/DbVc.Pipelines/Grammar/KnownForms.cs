namespace DbVc.Pipelines;

/// <summary>The English that is understood, as examples; shown when something is not.</summary>
public static class KnownForms
{
    /// <summary>Rules, with X and Y for fields.</summary>
    public static IReadOnlyList<string> Rules { get; } =
    [
        "email must be valid",
        "X must be a valid email",
        "X must be a valid url",
        "X must be a valid uuid",
        "X must be a valid iban",
        "X must be a valid iso country code",
        "X must be a valid international phone number",
        "X > 0 and X < 120",
        "X must be between 0 and 120",
        "X must be at least 18",
        "X must be at most 100",
        "X must be no more than 100",
        "X must be greater than 0",
        "X must be less than 100",
        "X must be positive",
        "X must not be negative",
        "X is required",
        "X must not be null",
        "X must not be empty",
        "X is required if Y = 'yes'",
        "at least one of X, Y must be given",
        "no_duplicates",
        "no duplicates in X",
        "X must be unique",
        "X and Y must be unique together",
        "X must be one of 'A', 'B' or 'C'",
        "X must not be one of 'A' or 'B'",
        "X must be at most 20 characters long",
        "X must be between 2 and 20 characters long",
        "length of X must be at most 20",
        "X must match /[A-Z]{2}[0-9]+/",
        "X must start with 'A'",
        "X must end with '.com'",
        "X must contain '@'",
        "X must equal Y * Z",
        "X must be after Y",
        "X must be on or after 2024-01-31",
        "X should be between 0 and 120",
        "row count must be between 1 and 1000",
        "sum of X must be 100",
        "mean of X must be between 20 and 60",
        "X must be increasing",
        "newest value of X must be at most 2 days old",
    ];
}
