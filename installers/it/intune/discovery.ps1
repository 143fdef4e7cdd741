# Microsoft Intune custom compliance for Windows: one line of JSON for rules.json, and always exit code 0.
#
# Run it as SYSTEM ("Run this script using the logged on credentials": No): it looks after everybody who has a profile on
# this computer, and the worst of each setting counts. Read are the time, the overall word and the counts of each
# status.json, nothing else; what is not exactly as Watchword writes it is "damaged". No link below a profile is followed
# and no large file is read, because this runs as SYSTEM and a profile belongs to somebody else. 99999 stands for "nobody
# knows". For Windows PowerShell 5.1; nothing has to be installed, Python neither.
#
# -Root, for trying it out, is a folder that has a folder for each person.
param([string]$Root = '')

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$NotKnown = 99999
$MostBytes = 8388608
$States = @('current', 'stale', 'future', 'unreadable', 'damaged', 'missing')
$Statuses = @('pass', 'warn', 'fail', 'unknown', 'not_applicable', 'disabled')

function New-Judgement([string]$State) {
    return @{ State = $State; Overall = 'unknown'; Age = -1; Fail = 0; Warn = 0; Unknown = 0 }
}

function Get-ProfileFolder {
    if ($Root -ne '') {
        return @(Get-ChildItem -LiteralPath $Root -Force | Where-Object { $_.PSIsContainer } | ForEach-Object { $_.FullName })
    }
    $key = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList'
    $found = @()
    foreach ($entry in @(Get-ChildItem -LiteralPath $key)) {
        # People only: S-1-5-21 for accounts of this computer or a domain, S-1-12-1 for those of Entra ID.
        if ($entry.PSChildName -cnotmatch '^S-1-(5-21|12-1)-[0-9-]+\z') { continue }
        $folder = [string]$entry.GetValue('ProfileImagePath')
        if ($folder -match '^[A-Za-z]:\\') { $found += $folder }
    }
    return $found
}

function Test-Link([string]$Folder, [string[]]$Parts) {
    $place = $Folder
    foreach ($part in $Parts) {
        $place = [IO.Path]::Combine($place, $part)
        $attributes = [IO.File]::GetAttributes($place)
        if (($attributes -band [IO.FileAttributes]::ReparsePoint) -ne 0) { return $true }
    }
    return $false
}

function Read-Text([string]$Path) {
    # Others may put a new file in its place meanwhile, so nobody is locked out.
    $share = [IO.FileShare]::ReadWrite -bor [IO.FileShare]::Delete
    $file = New-Object IO.FileStream($Path, [IO.FileMode]::Open, [IO.FileAccess]::Read, $share)
    try {
        if ($file.Length -gt $MostBytes) { return $null }
        $reader = New-Object IO.StreamReader($file, (New-Object Text.UTF8Encoding($false)), $false)
        return $reader.ReadToEnd()
    }
    finally { $file.Dispose() }
}

function ConvertFrom-Status([string]$Text) {
    # Line by line as Watchword writes it: two spaces a level. A text of JSON has no line end in it, so no value can pass
    # for a line.
    $damaged = New-Judgement 'damaged'
    $lines = $Text.Split([char]10)
    $last = $lines.Length - 2
    if ($last -lt 1 -or $lines[0] -cne '{' -or $lines[$last] -cne '}' -or $lines[$last + 1] -cne '') { return $damaged }
    $seen = @{ schema = 0; generated_at = 0; summary = 0; checks = 0 }
    $part = ''
    $made = ''
    $word = ''
    $words = 0
    $counts = @{}
    $rows = @{}
    foreach ($status in $Statuses) { $rows[$status] = 0 }
    for ($number = 1; $number -lt $last; $number++) {
        $line = $lines[$number]
        if ($line -ceq '}') { return $damaged }
        if (-not $line.StartsWith('  ', [StringComparison]::Ordinal)) { continue }
        if ($line -cmatch '^  "(schema|generated_at|summary|checks)"') {
            $name = $Matches[1]
            $part = $name
            $seen[$name] = $seen[$name] + 1
            $right = switch -CaseSensitive ($name) {
                'schema' { $line -ceq '  "schema": "watchword.status/1",' }
                'generated_at' { $line -cmatch '^  "generated_at": "(20[0-9-]{8}T[0-9:]{8}Z)",\z' }
                'summary' { $line -ceq '  "summary": {' }
                'checks' { ($line -ceq '  "checks": [') -or ($line -ceq '  "checks": []') }
            }
            if (-not $right) { return $damaged }
            if ($name -ceq 'generated_at') { $made = $Matches[1] }
        }
        elseif ($line -cmatch '^  "') { $part = '' }
        elseif ($part -ceq 'summary' -and $line -cmatch '^    "overall"') {
            if ($line -cnotmatch '^    "overall": "(ok|attention|action|unknown)",\z') { return $damaged }
            $word = $Matches[1]
            $words++
        }
        elseif ($part -ceq 'summary' -and $line -cmatch '^      "(pass|warn|fail|unknown|not_applicable|disabled)": ([0-9]{1,5}),?\z') {
            if ($counts.ContainsKey($Matches[1])) { return $damaged }
            $counts[$Matches[1]] = [int]$Matches[2]
        }
        elseif ($part -ceq 'checks' -and $line -cmatch '^      "status": ') {
            if ($line -cnotmatch '^      "status": "(pass|warn|fail|unknown|not_applicable|disabled)",\z') { return $damaged }
            $rows[$Matches[1]] = $rows[$Matches[1]] + 1
        }
    }
    foreach ($name in @('schema', 'generated_at', 'summary', 'checks')) { if ($seen[$name] -ne 1) { return $damaged } }
    if ($words -ne 1) { return $damaged }
    foreach ($status in $Statuses) {
        if (-not $counts.ContainsKey($status) -or $counts[$status] -ne $rows[$status]) { return $damaged }
    }
    $wrong = $counts['fail'] + $counts['warn']
    if ($word -ceq 'ok' -and $wrong -gt 0) { return $damaged }
    if ($word -ceq 'unknown' -and ($wrong -gt 0 -or $counts['unknown'] -eq 0)) { return $damaged }
    if ($word -ceq 'attention' -and $wrong -eq 0) { return $damaged }
    if ($word -ceq 'action' -and $counts['fail'] -eq 0) { return $damaged }

    $style = [Globalization.DateTimeStyles]::AssumeUniversal -bor [Globalization.DateTimeStyles]::AdjustToUniversal
    $at = [DateTime]::MinValue
    $form = "yyyy-MM-dd'T'HH:mm:ss'Z'"
    $culture = [Globalization.CultureInfo]::InvariantCulture
    if (-not [DateTime]::TryParseExact($made, $form, $culture, $style, [ref]$at)) { return $damaged }
    $seconds = ([DateTime]::UtcNow - $at).TotalSeconds
    $judgement = New-Judgement 'current'
    if ($seconds -lt -600) { $judgement.State = 'future' }
    elseif ($seconds -gt 604800) { $judgement.State = 'stale' }
    $judgement.Overall = $word
    $judgement.Age = [int][Math]::Floor([Math]::Max($seconds, 0) / 3600)
    $judgement.Fail = $counts['fail']
    $judgement.Warn = $counts['warn']
    $judgement.Unknown = $counts['unknown']
    return $judgement
}

function Get-Judgement([string]$Folder) {
    $parts = @('AppData', 'Local', 'Watchword', 'status.json')
    $own = [IO.Path]::Combine([IO.Path]::Combine([IO.Path]::Combine($Folder, 'AppData'), 'Local'), 'Watchword')
    if (-not [IO.Directory]::Exists($own)) { return $null }
    $path = [IO.Path]::Combine($own, 'status.json')
    try {
        if (Test-Link $Folder $parts) { return New-Judgement 'unreadable' }
        if ([IO.Directory]::Exists($path)) { return New-Judgement 'unreadable' }
        $text = Read-Text $path
        if ($null -eq $text) { return New-Judgement 'unreadable' }
        return ConvertFrom-Status $text
    }
    catch {
        $reason = $_.Exception
        while ($null -ne $reason.InnerException) { $reason = $reason.InnerException }
        if ($reason -is [IO.FileNotFoundException]) { return New-Judgement 'missing' }
        return New-Judgement 'unreadable'
    }
}

function Write-Answer([string]$State, [bool]$Current, [string]$Overall, [int]$People, [int]$Age, [int[]]$Counts) {
    $noAction = $Current -and (($Overall -ceq 'ok') -or ($Overall -ceq 'attention'))
    $form = '{{"WatchwordState":"{0}","WatchwordCurrent":{1},"WatchwordOverall":"{2}","WatchwordNoAction":{3},' +
    '"WatchwordPeople":{4},"WatchwordAgeHours":{5},"WatchwordFail":{6},"WatchwordWarn":{7},"WatchwordUnknown":{8}}}'
    $yesNo = @{ $true = 'true'; $false = 'false' }
    $values = @($State, $yesNo[$Current], $Overall, $yesNo[$noAction], $People, $Age, $Counts[0], $Counts[1], $Counts[2])
    Write-Output ($form -f $values)
}

try {
    $found = @(Get-ProfileFolder | ForEach-Object { Get-Judgement $_ } | Where-Object { $null -ne $_ })
    $worst = -1
    $people = 0
    $age = -1
    $ageless = $false
    $said = @{}
    $sums = @(0, 0, 0)
    foreach ($one in $found) {
        $worst = [Math]::Max($worst, [Array]::IndexOf($States, $one.State))
        if ($one.State -cne 'missing') { $people++ }
        if ($one.Age -lt 0) { $ageless = $true } else { $age = [Math]::Max($age, $one.Age) }
        if ($one.State -ceq 'current') {
            $said[$one.Overall] = $true
            $sums[0] += $one.Fail
            $sums[1] += $one.Warn
            $sums[2] += $one.Unknown
        }
        else { $said['unknown'] = $true }
    }
    $state = 'missing'
    if ($worst -ge 0) { $state = $States[$worst] }
    $current = $state -ceq 'current'
    $overall = 'ok'
    if ($said.ContainsKey('action')) { $overall = 'action' }
    elseif ($said.ContainsKey('unknown') -or $worst -lt 0) { $overall = 'unknown' }
    elseif ($said.ContainsKey('attention')) { $overall = 'attention' }
    if ($ageless -or $worst -lt 0) { $age = $NotKnown }
    if (-not $current) { $sums = @($NotKnown, $NotKnown, $NotKnown) }
    $counts = @($sums | ForEach-Object { [Math]::Min($_, $NotKnown) })
    Write-Answer $state $current $overall $people ([Math]::Min($age, $NotKnown)) $counts
}
catch {
    Write-Answer 'unreadable' $false 'unknown' 0 $NotKnown @($NotKnown, $NotKnown, $NotKnown)
}
exit 0
