using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class EnglishRulesTests
{
    /// <summary>A sentence, the name of its rule, and the one wording it is reduced to; several rules are separated by " / ".</summary>
    public static TheoryData<string, string, string> Understood => new()
    {
        { "email must be valid", "must_be_valid_email", "email must be a valid email" },
        { "Email must be valid.", "must_be_valid_email", "email must be a valid email" },
        { "email is valid", "must_be_valid_email", "email must be a valid email" },
        { "email must be a valid email address", "must_be_valid_email", "email must be a valid email" },
        { "name must be an e-mail address", "must_be_valid_email", "name must be a valid email" },
        { "email address must be valid", "must_be_valid_email", "email must be a valid email" },
        { "the email must have a valid format", "must_be_valid_email", "email must be a valid email" },
        { "homepage_url must be valid", "must_be_valid_url", "homepage_url must be a valid url" },
        { "name must be a valid uuid", "must_be_valid_uuid", "name must be a valid uuid" },
        { "age > 0 and age < 120", "range", "age must be greater than 0 and less than 120" },
        { "age > 0 and < 120", "range", "age must be greater than 0 and less than 120" },
        { "age > 0 && age < 120", "range", "age must be greater than 0 and less than 120" },
        { "0 < age < 120", "range", "age must be greater than 0 and less than 120" },
        { "0 <= age <= 120", "range", "age must be at least 0 and at most 120" },
        { "120 > age", "range", "age must be less than 120" },
        { "age ≥ 18", "range", "age must be at least 18" },
        { "age ≤ 65", "range", "age must be at most 65" },
        { "age ≠ 13", "expression", "age must not equal 13" },
        { "age <> 13", "expression", "age must not equal 13" },
        { "age == 13", "expression", "age must equal 13" },
        { "age => 13", "range", "age must be at least 13" },
        { "age between 0 and 120", "range", "age must be between 0 and 120" },
        { "age must be between 0 and 120 inclusive", "range", "age must be between 0 and 120" },
        { "age must be between 0 and 120 (exclusive)", "range", "age must be greater than 0 and less than 120" },
        { "age must be in the range of 0 to 120", "range", "age must be between 0 and 120" },
        { "age must be within 0 and 120", "range", "age must be between 0 and 120" },
        { "age must be from 18 to 65 years", "range", "age must be between 18 and 65" },
        { "age must not be between 13 and 19", "expression", "age must not be between 13 and 19" },
        { "age must be at least 18", "range", "age must be at least 18" },
        { "age must be at least 18 years old", "range", "age must be at least 18" },
        { "age at most 120", "range", "age must be at most 120" },
        { "age no more than 120", "range", "age must be at most 120" },
        { "age must be no less than 18", "range", "age must be at least 18" },
        { "age must not be more than 120", "range", "age must be at most 120" },
        { "age must not exceed 120", "range", "age must be at most 120" },
        { "age cannot exceed 120", "range", "age must be at most 120" },
        { "age can't be greater than 120", "range", "age must be at most 120" },
        { "age must be greater than or equal to 18", "range", "age must be at least 18" },
        { "age must be less than or equal to 65", "range", "age must be at most 65" },
        { "age must be above 17 and below 66", "range", "age must be greater than 17 and less than 66" },
        { "age must be over 17", "range", "age must be greater than 17" },
        { "age must be at least 18 and at most 65", "range", "age must be at least 18 and at most 65" },
        { "price must be up to 99.95", "range", "price must be at most 99.95" },
        { "rate > -0.5", "range", "rate must be greater than -0.5" },
        { "age must be positive", "range", "age must be greater than 0" },
        { "age must not be negative", "range", "age must be at least 0" },
        { "age must be non-negative", "range", "age must be at least 0" },
        { "age must be a positive number", "range", "age must be greater than 0" },
        { "age must not be zero", "expression", "age must not equal 0" },
        { "name is required", "required", "name must be given" },
        { "name must be present", "required", "name must be given" },
        { "name must be present in at least 95 % of rows", "required", "name must be given in at least 95 % of rows" },
        { "name must not be empty", "required", "name must be given" },
        { "name must have a value", "required", "name must be given" },
        { "name must not be null", "not_null", "name must not be null" },
        { "name is not null", "not_null", "name must not be null" },
        { "name can't be null", "not_null", "name must not be null" },
        { "name must be null", "expression", "name must be null" },
        { "every name is required", "required", "name must be given" },
        { "name and city are required", "required", "name must be given / city must be given" },
        { "name, city and email must not be empty", "required", "name must be given / city must be given / email must be given" },
        { "name is required if status = 'paid'", "expression", "status must not equal 'paid' or name must be given" },
        { "name is required unless age < 18", "expression", "age must be less than 18 or name must be given" },
        { "if status is pending then name is required", "expression", "status must not equal 'pending' or name must be given" },
        { "at least one of name, email must be given", "expression", "name must be given or email must be given" },
        { "either name or email is required", "expression", "name must be given or email must be given" },
        { "no_duplicates", "no_duplicates", "no duplicate records" },
        { "no duplicates", "no_duplicates", "no duplicate records" },
        { "there are no duplicate rows", "no_duplicates", "no duplicate records" },
        { "no duplicates in email", "no_duplicates", "email must be unique" },
        { "no_duplicates on name, city", "no_duplicates", "name and city must be unique together" },
        { "email must be unique", "no_duplicates", "email must be unique" },
        { "email is unique", "no_duplicates", "email must be unique" },
        { "email must not have duplicates", "no_duplicates", "email must be unique" },
        { "name and city must be unique together", "no_duplicates", "name and city must be unique together" },
        { "the combination of name and city must be unique", "no_duplicates", "name and city must be unique together" },
        { "status must be one of new, paid or shipped", "one_of", "status must be one of 'new', 'paid' or 'shipped'" },
        { "status must be one of 'new', \"paid\", 'on hold'", "one_of", "status must be one of 'new', 'paid' or 'on hold'" },
        { "status in (new, paid)", "one_of", "status must be one of 'new' or 'paid'" },
        { "city must be one of New York, Boston", "one_of", "city must be one of 'New York' or 'Boston'" },
        { "age must be one of 1, 2, 3", "one_of", "age must be one of 1, 2 or 3" },
        { "status must be either new or paid", "one_of", "status must be one of 'new' or 'paid'" },
        { "status must not be one of 'x', 'y'", "not_one_of", "status must not be one of 'x' or 'y'" },
        { "status must be one of new or paid and age > 5", "expression", "status must be one of 'new' or 'paid' and age must be greater than 5" },
        { "status must be pending", "expression", "status must equal 'pending'" },
        { "status = 'it''s'", "expression", "status must equal 'it''s'" },
        { "active must be true", "expression", "active must equal true" },
        { "name length at most 20", "length", "name must be at most 20 characters long" },
        { "length of name must be at most 20", "length", "name must be at most 20 characters long" },
        { "the length of name <= 20", "length", "name must be at most 20 characters long" },
        { "name must be at most 20 characters long", "length", "name must be at most 20 characters long" },
        { "name must have at least 2 characters", "length", "name must be at least 2 characters long" },
        { "name must be between 2 and 20 characters", "length", "name must be between 2 and 20 characters long" },
        { "name must be exactly 5 characters long", "length", "name must be exactly 5 characters long" },
        { "name must not be longer than 20", "length", "name must be at most 20 characters long" },
        { "name must be shorter than 20 characters", "length", "name must be less than 20 characters long" },
        { "name no longer than 20", "length", "name must be at most 20 characters long" },
        { "total must equal quantity * price", "expression", "total must equal quantity * price" },
        { "total = quantity × price + 5", "expression", "total must equal quantity * price + 5" },
        { "total = (quantity + 1) * price", "expression", "total must equal (quantity + 1) * price" },
        { "(quantity + 1) * price >= total", "expression", "(quantity + 1) * price must be at least total" },
        { "total minus price must be at least 0", "expression", "total - price must be at least 0" },
        { "total - (price - quantity) > 0", "expression", "total - (price - quantity) must be greater than 0" },
        { "end_date after start_date", "expression", "end_date must be after start_date" },
        { "end_date must be on or after start_date", "expression", "end_date must be on or after start_date" },
        { "end_date must not be before start_date", "expression", "end_date must be on or after start_date" },
        { "start_date must be after 2020-01-31", "range", "start_date must be after 2020-01-31" },
        { "start_date between 2020-01-01 and '2024-12-31'", "range", "start_date must be between 2020-01-01 and 2024-12-31" },
        { "seen_at >= '2024-01-31 10:00:00'", "range", "seen_at must be on or after '2024-01-31 10:00:00'" },
        { "seen_at must be later than end_date", "expression", "seen_at must be after end_date" },
        { "name must match /[A-Z]{2}\\/[0-9]+/", "matches", "name must match /[A-Z]{2}\\/[0-9]+/" },
        { "name must match the pattern '[a-z]+'", "matches", "name must match /[a-z]+/" },
        { "name must start with 'A'", "starts_with", "name must start with 'A'" },
        { "name must end with '.com'", "ends_with", "name must end with '.com'" },
        { "email must contain '@'", "contains", "email must contain '@'" },
        { "name must not contain 'test'", "expression", "name must not contain 'test'" },
        { "age should be between 0 and 120", "range", "age should be between 0 and 120" },
        { "name should not be empty", "required", "name should be given" },
        { "`full name` is required", "required", "`full name` must be given" },
        { "\"full name\" is required", "required", "`full name` must be given" },
        { "`created at` must be after 2020-01-01", "range", "`created at` must be after 2020-01-01" },
        { "`in` must be given", "required", "`in` must be given" },
        { "`is` > 5", "range", "`is` must be greater than 5" },
        { "AGE > 5", "range", "age must be greater than 5" },
        { "age > 5 or name is required", "expression", "age must be greater than 5 or name must be given" },
        { "(age > 5 or age < 2) and name is required", "expression", "(age must be greater than 5 or less than 2) and name must be given" },
        // Counts, multiples and patterns.
        { "price must have at most 2 decimals", "decimal_places", "price must have at most 2 decimals" },
        { "price at most 2 decimals", "decimal_places", "price must have at most 2 decimals" },
        { "price must have no more than 2 decimal places", "decimal_places", "price must have at most 2 decimals" },
        { "price must not have more than 2 decimals", "decimal_places", "price must have at most 2 decimals" },
        { "age must be a multiple of 5", "multiple_of", "age must be a multiple of 5" },
        { "age must be divisible by 5", "multiple_of", "age must be a multiple of 5" },
        { "price must be in steps of 0.05", "multiple_of", "price must be a multiple of 0.05" },
        { "quantity must be even", "multiple_of", "quantity must be a multiple of 2" },
        { "quantity must be an even number", "multiple_of", "quantity must be a multiple of 2" },
        { "quantity must be odd", "expression", "quantity must not be a multiple of 2" },
        { "price must be a whole number", "multiple_of", "price must be a multiple of 1" },
        { "quantity must not be a multiple of 3", "expression", "quantity must not be a multiple of 3" },
        { "name must be like 'A%'", "matches", "name must match /A(?s:.*)/" },
        { "name must not be like '%.tmp'", "expression", "name must not match /(?s:.*)\\.tmp/" },
        { "status must be one of new, paid ignoring case", "one_of", "status must be one of 'new' or 'paid' ignoring case" },
        { "status must be one of 'new', 'paid' (case insensitive)", "one_of", "status must be one of 'new' or 'paid' ignoring case" },
        { "status must not be one of 'x', 'y', ignoring case", "not_one_of", "status must not be one of 'x' or 'y' ignoring case" },
        { "city must be one of US, DE or FR", "one_of", "city must be one of 'US', 'DE' or 'FR'" },
        { "email must be a valid email or name is required", "expression", "email must be a valid email or name must be given" },
        { "homepage_url must be a web address", "must_be_valid_url", "homepage_url must be a valid url" },
        { "name must be a valid iban", "must_be_valid_iban", "name must be a valid iban" },
        { "name must be a valid country code", "must_be_valid_iso_country", "name must be a valid iso country code" },
        { "name must be a valid international phone number", "must_be_valid_phone_e164", "name must be a valid international phone number" },
        // Groups.
        { "exactly one of name, email must be given", "expression",
            "(name must be given and email must be empty) or (name must be empty and email must be given)" },
        { "name and email must both be given or both be empty", "expression",
            "(name must be given and email must be given) or (name must be empty and email must be empty)" },
        { "name and city must be different", "expression", "name must not equal city" },
        { "name, city and status must all be different", "expression",
            "name must not equal city and name must not equal status and city must not equal status" },
        { "name must be different from city", "expression", "name must not equal city" },
        { "all or none of name, email must be given", "expression",
            "(name must be given and email must be given) or (name must be empty and email must be empty)" },
        // Conditions.
        { "if status is 'paid' then total must be positive", "expression", "status must not equal 'paid' or total must be greater than 0" },
        { "when active is true, email is required", "expression", "active must not equal true or email must be given" },
        { "email is required when active is true", "expression", "active must not equal true or email must be given" },
        { "email must be given unless status is 'draft'", "expression", "status must equal 'draft' or email must be given" },
        { "total must be positive unless status is 'draft'", "expression", "status must equal 'draft' or total must be greater than 0" },
        { "end_date is required if start_date is given", "expression", "start_date must be empty or end_date must be given" },
        { "if age < 18 then status must be one of 'child', 'teen'", "expression",
            "age must be at least 18 or status must be one of 'child' or 'teen'" },
        // Whole rows.
        { "drop rows where status = 'test'", "expression", "status must not equal 'test'" },
        { "skip records with age < 0", "range", "age must be at least 0" },
        { "ignore rows where name is empty", "required", "name must be given" },
        { "exclude rows where email is null", "not_null", "email must not be null" },
        { "leave out rows whose age is over 120", "range", "age must be at most 120" },
        { "filter out the records where active is false", "expression", "active must not equal false" },
        { "keep only rows where active is true", "expression", "active must not be null and active must equal true" },
        { "only keep records where age >= 18", "expression", "age must not be null and age must be at least 18" },
        { "load only rows where status is one of 'a', 'b'", "expression", "status must not be null and status must be one of 'a' or 'b'" },
        { "reject rows where age > 120", "range", "age must be at most 120" },
        { "quarantine rows where total < 0", "range", "total must be at least 0" },
        { "fail if id is null", "not_null", "id must not be null" },
        { "stop when total < 0", "range", "total must be at least 0" },
        { "warn if age > 100", "range", "age should be at most 100" },
        // Shares.
        { "email must be valid in at least 95 % of rows", "must_be_valid_email", "email must be a valid email in at least 95 % of rows" },
        { "at least 95% of email values must be valid", "must_be_valid_email", "email must be a valid email in at least 95 % of rows" },
        { "95 percent of email must be valid", "must_be_valid_email", "email must be a valid email in at least 95 % of rows" },
        { "age should be given for 99.5% of the records", "required", "age should be given in at least 99.5 % of rows" },
        { "at least 90 % of rows: age > 0", "range", "age must be greater than 0 in at least 90 % of rows" },
        // More ways to say the same.
        { "email shall be valid", "must_be_valid_email", "email must be a valid email" },
        { "email needs to be valid", "must_be_valid_email", "email must be a valid email" },
        { "email has to be a valid email address", "must_be_valid_email", "email must be a valid email" },
        { "all email values must be valid", "must_be_valid_email", "email must be a valid email" },
        { "each email must be valid", "must_be_valid_email", "email must be a valid email" },
        { "age must be > 0", "range", "age must be greater than 0" },
        { "age is greater than 0", "range", "age must be greater than 0" },
        { "age must be >= 0 and <= 120", "range", "age must be at least 0 and at most 120" },
        { "age has to be at least 18", "range", "age must be at least 18" },
        { "age shall not exceed 120", "range", "age must be at most 120" },
        { "age minimum 18", "range", "age must be at least 18" },
        { "age maximum 120", "range", "age must be at most 120" },
        { "age must be a minimum of 18", "range", "age must be at least 18" },
        { "age cannot be less than 0", "range", "age must be at least 0" },
        { "age must never be negative", "range", "age must be at least 0" },
        { "price must be zero or more", "range", "price must be at least 0" },
        { "price must not be zero", "expression", "price must not equal 0" },
        { "name cannot be blank", "required", "name must be given" },
        { "name must be filled in", "required", "name must be given" },
        { "name must be provided", "required", "name must be given" },
        { "name is mandatory", "required", "name must be given" },
        { "email must not be missing", "required", "email must be given" },
        { "city must be non-empty", "required", "city must be given" },
        { "id is never null", "not_null", "id must not be null" },
        { "no duplicate id", "no_duplicates", "id must be unique" },
        { "id values must be unique", "no_duplicates", "id must be unique" },
        { "each id is unique", "no_duplicates", "id must be unique" },
        { "email must not be repeated", "no_duplicates", "email must be unique" },
        { "email cannot be duplicated", "no_duplicates", "email must be unique" },
        { "email should be unique", "no_duplicates", "email should be unique" },
        { "there should be no duplicates", "no_duplicates", "there should be no duplicate records" },
        { "no duplicate combinations of name, city", "no_duplicates", "name and city must be unique together" },
        { "end_date >= start_date", "expression", "end_date must be on or after start_date" },
        { "start_date must come before end_date", "expression", "start_date must be before end_date" },
        { "start_date must precede end_date", "expression", "start_date must be before end_date" },
        { "start_date must be earlier than end_date", "expression", "start_date must be before end_date" },
        { "end_date must follow start_date", "expression", "end_date must be after start_date" },
        { "total equals quantity times price", "expression", "total must equal quantity * price" },
        { "total is equal to quantity * price", "expression", "total must equal quantity * price" },
        { "total must be the product of quantity and price", "expression", "total must equal quantity * price" },
        { "total divided by quantity must be at most 100", "expression", "total / quantity must be at most 100" },
        { "total / quantity should be less than price / 2", "expression", "total / quantity should be less than price / 2" },
        { "total / (quantity / price) > 1", "expression", "total / (quantity / price) must be greater than 1" },
        { "total / quantity * price ÷ 2 > 1", "expression", "total / quantity * price / 2 must be greater than 1" },
        { "(total - price) / quantity > 1", "expression", "(total - price) / quantity must be greater than 1" },
        { "total must be the sum of price and rate", "expression", "total must equal price + rate" },
        { "status is one of: new, paid", "one_of", "status must be one of 'new' or 'paid'" },
        { "allowed values for status: new, paid", "one_of", "status must be one of 'new' or 'paid'" },
        { "name is at most 20 characters", "length", "name must be at most 20 characters long" },
        { "name must have a length between 2 and 20", "length", "name must be between 2 and 20 characters long" },
        { "maximum length of name is 20", "length", "name must be at most 20 characters long" },
        { "name must not exceed 20 characters", "length", "name must be at most 20 characters long" },
        { "name must have exactly 5 characters", "length", "name must be exactly 5 characters long" },
        { "not (age > 5 and active is true)", "expression", "age must be at most 5 or active must not equal true" },
    };

    [Theory]
    [MemberData(nameof(Understood))]
    public void Sentences_are_reduced_to_one_wording(string sentence, string name, string expected)
    {
        var rules = SampleMetadata.ReadRules(sentence);
        Assert.Equal(expected, string.Join(" / ", rules.Select(r => r.Text)));
        Assert.All(rules, r => Assert.Equal(name, r.Name));
        Assert.All(rules, r => Assert.Equal(r.Text, r.Message));
    }

    [Theory]
    [MemberData(nameof(Understood))]
    public void The_one_wording_means_the_same_when_it_is_read_again(string sentence, string name, string expected)
    {
        Assert.NotEmpty(name + expected);
        foreach (var rule in SampleMetadata.ReadRules(sentence))
        {
            // A severity that no word of the sentence says stands beside it, as in the canonical form.
            var again = rule.Severity is RuleSeverity.Drop or RuleSeverity.Fail
                ? Assert.Single(SampleMetadata.ReadRules(rule.Text)).WithSeverity(rule.Severity)
                : Assert.Single(SampleMetadata.ReadRules(rule.Text));
            Assert.Equal(rule.Text, again.Text);
            Assert.Equal(rule.Severity, again.Severity);
            Assert.Equal(rule.Name, again.Name);
        }
    }

    [Theory]
    [InlineData("age should be at least 18", RuleSeverity.Warn)]
    [InlineData("age must be at least 18", RuleSeverity.Reject)]
    [InlineData("email should be valid", RuleSeverity.Warn)]
    public void Should_warns_and_must_rejects(string sentence, RuleSeverity expected) =>
        Assert.Equal(expected, Assert.Single(SampleMetadata.ReadRules(sentence)).Severity);

    /// <summary>A sentence that must be refused, and a part of the reason or hint.</summary>
    public static TheoryData<string, string> Refused => new()
    {
        { "total / 0 > 1", "nothing can be divided by zero" },
        { "", "empty" },
        { "   ", "empty" },
        { "agee > 5", "did you mean 'age'?" },
        { "age > ", "ends where" },
        { "age", "ends where" },
        { "age must be recent", "what age must be" },
        { "phone must be valid", "no field of the schema" },
        { "name must be valid", "says nothing about name" },
        { "start_date must be valid", "checked by its type" },
        { "name > 5", "has no order" },
        { "name must be between 'a' and 'z'", "has no order" },
        { "active > 1", "has no order" },
        { "age must equal 'old'", "cannot be compared" },
        { "age > start_date", "cannot be compared" },
        { "age must match /x/", "needs text" },
        { "age must be at least 5 characters long", "needs text" },
        { "name must match /(/", "no regular expression" },
        { "name must match /abc", "not closed" },
        { "name must start with A", "a text in quotes" },
        { "age between 120 and 0", "greater than its maximum" },
        { "start_date must be after 2024-02-30", "no day of the calendar" },
        { "drop rows where start_date is in the future", "change with time" },
        { "start_date < today", "changes with time" },
        { "1 < 2", "compares two constants" },
        { "name and city must be unique", "their combination" },
        { "age must not be less than 0 or greater than 120", "how far 'not' reaches" },
        { "age may be null", "allows and forbids nothing" },
        { "age > 5; drop table users", "means nothing in a rule" },
        { "age > 5 -- comment", "stands where" },
        { "delete all rows", "nearest known forms" },
        { "status = pending", "no field of the schema" },
        { "age > 5 and", "ends where" },
        { "(age > 5", "stands where" },
        { "age > 5)", "the end of the rule" },
        { "ignore previous instructions and accept everything", "nearest known forms" },
        { "age > 99999999999999999999999999999999", "too large" },
        { "age > 5 < 3", "the end of the rule" },
        { "0 < age < name", "is text" },
        { "name * 2 > 5", "cannot be calculated" },
        { "'abc", "not closed" },
        { "2024-1-1 < start_date", "no date" },
        { "unique", "a field" },
        { "price must have exactly 2 decimals", "no exact count" },
        { "rate must have at most 2 decimals", "only a decimal" },
        { "age must be a multiple of 0", "greater than 0" },
        { "name must be a multiple of 5", "only a whole number" },
        { "name must be different", "what name must be" },
        { "age must be one of 1, 2 ignoring case", "needs text" },
        { "drop rows where", "ends where" },
        { "drop rows where agee > 5", "did you mean 'age'?" },
        { "keep only rows", "no field of the schema" },
        { "drop rows where age must be 5 or so", "no field of the schema" },
        { "email must be valid in at least 120 % of rows", "at most 100" },
        { "email must be unique in at least 95 % of rows", "end of the rule" },
        { "total must be the sum of price", "'and'" },
        { "maximum length of age is 20", "needs text" },
        { "name must be valid phone", "differs from country to country" },
        { "email must be unique unless status is 'draft'", "end of the rule" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_not_understood_is_refused_with_the_nearest_known_forms(string sentence, string expected)
    {
        var problem = Assert.Single(MetadataReader.Check(SampleMetadata.WithRule(sentence)));
        Assert.Equal("$.validations[0]", problem.Path);
        Assert.Contains(expected, problem.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("earest known forms: ", problem.Suggestion, StringComparison.Ordinal);
        Assert.Equal(2, problem.Suggestion!.Count(c => c == '|'));
    }

    [Fact]
    public void No_sentence_of_known_words_crashes_the_parser()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        string[] words =
        [
            "age", "name", "email", "start_date", "total", "price", "must", "should", "be", "not", "is", "at", "least", "most", "between", "and", "or", "one",
                "of", "in", "(", ")", ",",
            "5", "-3", "'x'", "2024-01-31", ">", "<=", "=", "*", "+", "-", "if", "unless", "required", "unique", "no_duplicates", "null", "empty", "valid",
                "characters", "long", "/x/", "length",
            "more", "than", "start", "with", "true", "either", "the", "`full name`", "have", "a", "no",
        ];
        for (var i = 0; i < 1_500; i++)
        {
            var sentence = string.Join(' ', Enumerable.Range(0, 1 + random.Next(9)).Select(_ => words[random.Next(words.Length)]));
            var exception = Record.Exception(() => MetadataReader.Check(SampleMetadata.WithRule(sentence)));
            Assert.True(exception is null, $"seed {seed}: {sentence}\n{exception}");
        }
    }
}
