using DbVc.PipelineRuntime;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DbVc.Worker;

/// <summary>
/// Finds tests that cannot fail: skipped, without an assertion that anybody hears, past the code, or with assertions about nothing that the code gave.
/// Read from the text, so a test program that lies about itself changes nothing here.
/// </summary>
internal sealed class TestAnalysis(CSharpCompilation compilation, IReadOnlyList<CodeTree> files)
{
    private readonly HashSet<SyntaxTree> _code = [.. files.Where(file => !file.IsTest).Select(file => file.Tree)];
    private readonly Dictionary<ISymbol, TestBody> _bodies = new(SymbolEqualityComparer.Default);

    public List<WireFinding> Run()
    {
        var findings = new List<WireFinding>();
        foreach (var file in files.Where(file => file.IsTest))
        {
            var model = compilation.GetSemanticModel(file.Tree);
            foreach (var method in file.Tree.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>())
            {
                if (model.GetDeclaredSymbol(method) is { } symbol && IsTest(symbol) && Judge(symbol) is { } broken)
                    findings.Add(Findings.At(method.Identifier.GetLocation(), broken.Rule, $"{method.Identifier.ValueText}: {broken.Message}", isError: true));
            }
        }
        return findings;
    }

    private static bool IsTest(IMethodSymbol method) => method.GetAttributes().Any(attribute => Lineage(attribute.AttributeClass)
        .Any(type => type.Name == "FactAttribute" && type.ContainingNamespace.Name == "Xunit"));

    private static IEnumerable<INamedTypeSymbol> Lineage(INamedTypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
            yield return type;
    }

    private static bool IsSkipped(IMethodSymbol test) => test.GetAttributes()
        .Any(attribute => attribute.NamedArguments.Any(argument => argument is { Key: "Skip", Value.Value: not null }));

    private (string Rule, string Message)? Judge(IMethodSymbol test)
    {
        if (IsSkipped(test))
            return ("tests.skipped", "The test is skipped, so it cannot fail.");
        var seen = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var bodies = Reach(test, seen).ToList();
        if (!bodies.Exists(body => body.Asserts))
            return ("tests.no-assertion", "The test asserts nothing, or catches what its assertions throw, so it cannot fail.");
        if (!bodies.Exists(body => body.UsesCode))
            return ("tests.past-code", "The test never uses the code that it is to test.");
        return bodies.Exists(body => body.AssertsResult) ? null
            : ("tests.constant", "The test asserts nothing about what the code gives, only what is known beforehand.");
    }

    /// <summary>The test and everything in the tests that it calls.</summary>
    private IEnumerable<TestBody> Reach(ISymbol member, HashSet<ISymbol> seen)
    {
        if (!seen.Add(member))
            yield break;
        if (!_bodies.TryGetValue(member, out var body))
            _bodies[member] = body = Read(member);
        yield return body;
        foreach (var callee in body.Callees)
        {
            foreach (var reached in Reach(callee, seen))
                yield return reached;
        }
    }

    private TestBody Read(ISymbol member)
    {
        var body = new TestBody();
        foreach (var reference in member.DeclaringSyntaxReferences)
        {
            var node = reference.GetSyntax();
            new BodyReader(compilation.GetSemanticModel(node.SyntaxTree), IsCode, body).Read(node, member);
        }
        return body;
    }

    private bool IsCode(ISymbol symbol) => symbol.Locations.Any(location => location.SourceTree is { } tree && _code.Contains(tree));

    /// <summary>What is known of one method of the tests.</summary>
    private sealed class TestBody
    {
        public bool Asserts { get; set; }

        public bool UsesCode { get; set; }

        /// <summary>An assertion looks at something that came from the code, or from other methods of the tests.</summary>
        public bool AssertsResult { get; set; }

        public HashSet<ISymbol> Callees { get; } = new(SymbolEqualityComparer.Default);
    }

    /// <summary>Follows, without regard to order, which variables of a method hold something of the code.</summary>
    private sealed class BodyReader(SemanticModel model, Func<ISymbol, bool> isCode, TestBody body)
    {
        private readonly HashSet<ISymbol> _told = new(SymbolEqualityComparer.Default);

        public void Read(SyntaxNode node, ISymbol member)
        {
            NoteNames(node);
            // What a helper is called with, and what a function is called with later, may be of the code.
            foreach (var parameter in node.DescendantNodesAndSelf().OfType<ParameterSyntax>())
            {
                if (model.GetDeclaredSymbol(parameter) is { } symbol
                    && (!SymbolEqualityComparer.Default.Equals(symbol.ContainingSymbol, member) || member is not IMethodSymbol method || !IsTest(method)))
                {
                    _told.Add(symbol);
                }
            }
            for (var count = -1; count != _told.Count;)
            {
                count = _told.Count;
                foreach (var inner in node.DescendantNodes())
                    Follow(inner);
            }
            foreach (var call in node.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(IsAssertion))
                body.AssertsResult |= IsAsked(call) || (call.ArgumentList.Arguments.Any(IsTold) && !ComparesWithItself(call));
        }

        /// <summary>Whether it depends on the code that the assertion is made at all.</summary>
        private bool IsAsked(InvocationExpressionSyntax call) => call.Ancestors().Any(outer => outer switch
        {
            IfStatementSyntax choice => IsTold(choice.Condition),
            WhileStatementSyntax loop => IsTold(loop.Condition),
            SwitchStatementSyntax choice => IsTold(choice.Expression),
            ConditionalExpressionSyntax choice => IsTold(choice.Condition),
            _ => false,
        });

        private void NoteNames(SyntaxNode node)
        {
            foreach (var inner in node.DescendantNodes())
            {
                if (inner is ThrowStatementSyntax or ThrowExpressionSyntax && !IsSwallowed(inner))
                    body.Asserts = body.AssertsResult = true;
                if (inner is InvocationExpressionSyntax call && IsAssertion(call))
                    body.Asserts = true;
                if (inner is not (SimpleNameSyntax or BaseObjectCreationExpressionSyntax or ElementAccessExpressionSyntax))
                    continue;
                if (SymbolOf(inner) is not { } symbol)
                    continue;
                if (isCode(symbol))
                    body.UsesCode = true;
                else if (symbol is IMethodSymbol or IPropertySymbol or IFieldSymbol && symbol.Locations.Any(location => location.IsInSource))
                    body.Callees.Add(symbol);
            }
        }

        /// <summary>An assertion whose failure gets out of the test.</summary>
        private bool IsAssertion(InvocationExpressionSyntax call) =>
            IsOfXunit(call, "Assert") && !NameOf(call).StartsWith("Skip", StringComparison.Ordinal) && !IsSwallowed(call);

        private bool IsOfXunit(InvocationExpressionSyntax call, string type) => SymbolOf(call.Expression) is IMethodSymbol method
            && method.ContainingType.Name == type && method.ContainingNamespace.Name == "Xunit";

        private static string NameOf(InvocationExpressionSyntax call) => call.Expression is MemberAccessExpressionSyntax member
            ? member.Name.Identifier.ValueText : call.Expression.ToString();

        /// <summary>By a catch clause around it, or by xunit's own means of keeping an exception.</summary>
        private bool IsSwallowed(SyntaxNode node) => node.Ancestors().Any(outer => outer switch
        {
            TryStatementSyntax attempt => attempt.Block.Span.Contains(node.Span) && attempt.Catches.Any(Swallows),
            InvocationExpressionSyntax call => IsOfXunit(call, "Record"),
            _ => false,
        });

        /// <summary>Whether it catches every failure, or those of assertions, and says nothing of it. A filter may let all of them in.</summary>
        private bool Swallows(CatchClauseSyntax caught) =>
            (caught.Declaration is null || SymbolOf(caught.Declaration.Type) is { Name: "Exception" } or { ContainingNamespace.Name: "Sdk" })
            && !caught.Block.DescendantNodes().Any(node => node is ThrowStatementSyntax or ThrowExpressionSyntax
                || (node is InvocationExpressionSyntax call && IsOfXunit(call, "Assert") && NameOf(call) == "Fail"));

        private void Follow(SyntaxNode node)
        {
            switch (node)
            {
                case VariableDeclaratorSyntax { Initializer.Value: var value } variable when IsTold(value):
                    Tell(model.GetDeclaredSymbol(variable));
                    break;
                case AssignmentExpressionSyntax assignment when IsTold(assignment.Right):
                    TellIn(assignment.Left);
                    break;
                case ForEachStatementSyntax loop when IsTold(loop.Expression):
                    Tell(model.GetDeclaredSymbol(loop));
                    break;
                case SingleVariableDesignationSyntax designation when node.FirstAncestorOrSelf<StatementSyntax>() is { } statement && IsTold(statement):
                    Tell(model.GetDeclaredSymbol(designation));
                    break;
                case CatchDeclarationSyntax caught:
                    Tell(model.GetDeclaredSymbol(caught));
                    break;
                // What is handed to the code, or asked by it, comes back changed.
                case InvocationExpressionSyntax call when IsTold(call):
                    foreach (var argument in call.ArgumentList.Arguments)
                        TellIn(argument.Expression);
                    if (call.Expression is MemberAccessExpressionSyntax member)
                        TellIn(member.Expression);
                    break;
                case BaseObjectCreationExpressionSyntax made when IsTold(made):
                    foreach (var argument in made.ArgumentList?.Arguments ?? default)
                        TellIn(argument.Expression);
                    break;
            }
        }

        private void Tell(ISymbol? symbol)
        {
            if (symbol is not null)
                _told.Add(symbol);
        }

        private void TellIn(ExpressionSyntax expression)
        {
            if (expression is IdentifierNameSyntax && SymbolOf(expression) is ILocalSymbol local)
                _told.Add(local);
            else if (expression is DeclarationExpressionSyntax { Designation: SingleVariableDesignationSyntax designation })
                Tell(model.GetDeclaredSymbol(designation));
        }

        /// <summary>Whether an expression holds a name of the code, of another method of the tests, or of a variable that was told by one.</summary>
        private bool IsTold(SyntaxNode node) => node.DescendantNodesAndSelf()
            .Where(inner => inner is SimpleNameSyntax or BaseObjectCreationExpressionSyntax or ElementAccessExpressionSyntax)
            .Any(inner => SymbolOf(inner) is { } symbol && (isCode(symbol) || _told.Contains(symbol) || IsOfTests(symbol)));

        /// <summary>A constant of the tests says nothing of the code; anything else may.</summary>
        private static bool IsOfTests(ISymbol symbol) => symbol.Locations.Any(location => location.IsInSource)
            && symbol is IMethodSymbol or IPropertySymbol { IsStatic: false } or IFieldSymbol { IsConst: false, IsStatic: false };

        private static bool ComparesWithItself(InvocationExpressionSyntax call) =>
            call.ArgumentList.Arguments is [var first, var second, ..] && SyntaxFactory.AreEquivalent(first.Expression, second.Expression)
            && !first.DescendantNodes().Any(node => node is InvocationExpressionSyntax);

        private ISymbol? SymbolOf(SyntaxNode node) => model.GetSymbolInfo(node).Symbol;
    }
}
