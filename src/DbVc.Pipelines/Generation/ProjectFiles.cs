using System.Security;

namespace DbVc.Pipelines;

/// <summary>The project files beside generated code.</summary>
internal static class ProjectFiles
{
    private const string TestFramework = "3.2.2";

    /// <summary>Makes <c>dotnet test</c> use the platform that xunit.v3 runs on.</summary>
    public const string GlobalJson = "{\n  \"test\": { \"runner\": \"Microsoft.Testing.Platform\" }\n}\n";

    public static string Library(PipelineSpec spec, GeneratorOptions options) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <RootNamespace>{spec.Name}</RootNamespace>
            <Nullable>enable</Nullable>
            <ImplicitUsings>disable</ImplicitUsings>
            <ManagePackageVersionsCentrally>false</ManagePackageVersionsCentrally>
            <PipelineRuntimePath Condition="'$(PipelineRuntimePath)' == ''">{SecurityElement.Escape(options.RuntimePath)}</PipelineRuntimePath>
          </PropertyGroup>
          <ItemGroup>
            <Reference Include="DbVc.PipelineRuntime" HintPath="$(PipelineRuntimePath)" />
          </ItemGroup>
        </Project>

        """.ReplaceLineEndings("\n");

    public static string Tests(PipelineSpec spec, GeneratorOptions options) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <OutputType>Exe</OutputType>
            <RootNamespace>{spec.Name}.Tests</RootNamespace>
            <Nullable>enable</Nullable>
            <ImplicitUsings>disable</ImplicitUsings>
            <UseMicrosoftTestingPlatformRunner>true</UseMicrosoftTestingPlatformRunner>
            <ManagePackageVersionsCentrally>false</ManagePackageVersionsCentrally>
            <PipelineRuntimePath Condition="'$(PipelineRuntimePath)' == ''">{SecurityElement.Escape(options.RuntimePath)}</PipelineRuntimePath>
          </PropertyGroup>
          <ItemGroup>
            <ProjectReference Include="../generated/{spec.Name}.csproj" />
            <Reference Include="DbVc.PipelineRuntime" HintPath="$(PipelineRuntimePath)" />
            <PackageReference Include="xunit.v3" Version="{TestFramework}" />
          </ItemGroup>
        </Project>

        """.ReplaceLineEndings("\n");
}
