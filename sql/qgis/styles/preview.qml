<!DOCTYPE qgis>
<qgis version="3.22.0" styleCategories="Symbology|Labeling" labelsEnabled="1">
  <renderer-v2 type="categorizedSymbol" attr="what" symbollevels="0" forceraster="0" enableorderby="0">
    <categories>
      <category value="ticket" label="事件 tickets" symbol="0" render="true"/>
      <category value="tickets" label="位置不公开的事件 tickets at private places" symbol="7" render="true"/>
      <category value="camera" label="摄像头 cameras" symbol="1" render="true"/>
      <category value="place" label="巡查点 places" symbol="2" render="true"/>
      <category value="post" label="岗位 posts" symbol="3" render="true"/>
      <category value="special" label="专属网格 special grids" symbol="4" render="true"/>
      <category value="device" label="设备 devices" symbol="5" render="true"/>
      <category value="" label="其他 others" symbol="6" render="true"/>
    </categories>
    <symbols>
      <symbol name="0" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" value="23,105,170,255" type="QString"/>
            <Option name="line_width" value="0.5" type="QString"/>
            <Option name="line_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
            <Option name="capstyle" value="round" type="QString"/>
          </Option>
        </layer>
        <layer class="MarkerLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="placement" value="lastvertex" type="QString"/>
            <Option name="rotate" value="1" type="QString"/>
          </Option>
          <symbol name="@0@1" type="marker" alpha="1" clip_to_extent="1" force_rhr="0">
            <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
              <Option type="Map">
                <Option name="name" value="filled_arrowhead" type="QString"/>
                <Option name="size" value="3" type="QString"/>
                <Option name="size_unit" value="MM" type="QString"/>
                <Option name="color" value="23,105,170,255" type="QString"/>
                <Option name="outline_color" value="23,105,170,255" type="QString"/>
                <Option name="outline_width" value="0" type="QString"/>
                <Option name="angle" value="0" type="QString"/>
              </Option>
            </layer>
          </symbol>
        </layer>
      </symbol>
      <symbol name="1" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" value="106,61,154,255" type="QString"/>
            <Option name="line_width" value="0.5" type="QString"/>
            <Option name="line_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
            <Option name="capstyle" value="round" type="QString"/>
          </Option>
        </layer>
        <layer class="MarkerLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="placement" value="lastvertex" type="QString"/>
            <Option name="rotate" value="1" type="QString"/>
          </Option>
          <symbol name="@1@1" type="marker" alpha="1" clip_to_extent="1" force_rhr="0">
            <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
              <Option type="Map">
                <Option name="name" value="filled_arrowhead" type="QString"/>
                <Option name="size" value="3" type="QString"/>
                <Option name="size_unit" value="MM" type="QString"/>
                <Option name="color" value="106,61,154,255" type="QString"/>
                <Option name="outline_color" value="106,61,154,255" type="QString"/>
                <Option name="outline_width" value="0" type="QString"/>
                <Option name="angle" value="0" type="QString"/>
              </Option>
            </layer>
          </symbol>
        </layer>
      </symbol>
      <symbol name="2" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" value="46,125,50,255" type="QString"/>
            <Option name="line_width" value="0.5" type="QString"/>
            <Option name="line_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
            <Option name="capstyle" value="round" type="QString"/>
          </Option>
        </layer>
        <layer class="MarkerLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="placement" value="lastvertex" type="QString"/>
            <Option name="rotate" value="1" type="QString"/>
          </Option>
          <symbol name="@2@1" type="marker" alpha="1" clip_to_extent="1" force_rhr="0">
            <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
              <Option type="Map">
                <Option name="name" value="filled_arrowhead" type="QString"/>
                <Option name="size" value="3" type="QString"/>
                <Option name="size_unit" value="MM" type="QString"/>
                <Option name="color" value="46,125,50,255" type="QString"/>
                <Option name="outline_color" value="46,125,50,255" type="QString"/>
                <Option name="outline_width" value="0" type="QString"/>
                <Option name="angle" value="0" type="QString"/>
              </Option>
            </layer>
          </symbol>
        </layer>
      </symbol>
      <symbol name="3" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" value="140,86,40,255" type="QString"/>
            <Option name="line_width" value="0.5" type="QString"/>
            <Option name="line_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
            <Option name="capstyle" value="round" type="QString"/>
          </Option>
        </layer>
        <layer class="MarkerLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="placement" value="lastvertex" type="QString"/>
            <Option name="rotate" value="1" type="QString"/>
          </Option>
          <symbol name="@3@1" type="marker" alpha="1" clip_to_extent="1" force_rhr="0">
            <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
              <Option type="Map">
                <Option name="name" value="filled_arrowhead" type="QString"/>
                <Option name="size" value="3" type="QString"/>
                <Option name="size_unit" value="MM" type="QString"/>
                <Option name="color" value="140,86,40,255" type="QString"/>
                <Option name="outline_color" value="140,86,40,255" type="QString"/>
                <Option name="outline_width" value="0" type="QString"/>
                <Option name="angle" value="0" type="QString"/>
              </Option>
            </layer>
          </symbol>
        </layer>
      </symbol>
      <symbol name="4" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" value="0,121,107,255" type="QString"/>
            <Option name="line_width" value="0.5" type="QString"/>
            <Option name="line_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
            <Option name="capstyle" value="round" type="QString"/>
          </Option>
        </layer>
        <layer class="MarkerLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="placement" value="lastvertex" type="QString"/>
            <Option name="rotate" value="1" type="QString"/>
          </Option>
          <symbol name="@4@1" type="marker" alpha="1" clip_to_extent="1" force_rhr="0">
            <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
              <Option type="Map">
                <Option name="name" value="filled_arrowhead" type="QString"/>
                <Option name="size" value="3" type="QString"/>
                <Option name="size_unit" value="MM" type="QString"/>
                <Option name="color" value="0,121,107,255" type="QString"/>
                <Option name="outline_color" value="0,121,107,255" type="QString"/>
                <Option name="outline_width" value="0" type="QString"/>
                <Option name="angle" value="0" type="QString"/>
              </Option>
            </layer>
          </symbol>
        </layer>
      </symbol>
      <symbol name="5" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" value="0,121,107,255" type="QString"/>
            <Option name="line_width" value="0.5" type="QString"/>
            <Option name="line_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
            <Option name="capstyle" value="round" type="QString"/>
          </Option>
        </layer>
        <layer class="MarkerLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="placement" value="lastvertex" type="QString"/>
            <Option name="rotate" value="1" type="QString"/>
          </Option>
          <symbol name="@5@1" type="marker" alpha="1" clip_to_extent="1" force_rhr="0">
            <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
              <Option type="Map">
                <Option name="name" value="filled_arrowhead" type="QString"/>
                <Option name="size" value="3" type="QString"/>
                <Option name="size_unit" value="MM" type="QString"/>
                <Option name="color" value="0,121,107,255" type="QString"/>
                <Option name="outline_color" value="0,121,107,255" type="QString"/>
                <Option name="outline_width" value="0" type="QString"/>
                <Option name="angle" value="0" type="QString"/>
              </Option>
            </layer>
          </symbol>
        </layer>
      </symbol>
      <symbol name="6" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" value="46,125,50,255" type="QString"/>
            <Option name="line_width" value="0.5" type="QString"/>
            <Option name="line_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
            <Option name="capstyle" value="round" type="QString"/>
          </Option>
        </layer>
        <layer class="MarkerLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="placement" value="lastvertex" type="QString"/>
            <Option name="rotate" value="1" type="QString"/>
          </Option>
          <symbol name="@6@1" type="marker" alpha="1" clip_to_extent="1" force_rhr="0">
            <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
              <Option type="Map">
                <Option name="name" value="filled_arrowhead" type="QString"/>
                <Option name="size" value="3" type="QString"/>
                <Option name="size_unit" value="MM" type="QString"/>
                <Option name="color" value="46,125,50,255" type="QString"/>
                <Option name="outline_color" value="46,125,50,255" type="QString"/>
                <Option name="outline_width" value="0" type="QString"/>
                <Option name="angle" value="0" type="QString"/>
              </Option>
            </layer>
          </symbol>
        </layer>
      </symbol>
      <symbol name="7" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" value="23,105,170,120" type="QString"/>
            <Option name="line_width" value="1.5" type="QString"/>
            <Option name="line_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
            <Option name="capstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
    </symbols>
  </renderer-v2>
  <labeling type="simple">
    <settings>
      <text-style fieldName="represent_value(&quot;what&quot;) || ' ' || &quot;id&quot; || '\n' || coalesce(right(&quot;from_code&quot;, 6), '—') || if(&quot;what&quot; = 'tickets', '', ' → ' || coalesce(right(&quot;to_code&quot;, 6), '—'))" isExpression="1" fontFamily="Microsoft YaHei" fontSize="7.5" fontSizeUnit="Point" fontWeight="50" textColor="20,60,110,255" textOpacity="1" multilineHeight="1">
        <families>
          <family name="Microsoft YaHei"/>
          <family name="PingFang SC"/>
          <family name="Noto Sans CJK SC"/>
          <family name="WenQuanYi Micro Hei"/>
        </families>
        <text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,220" bufferOpacity="1" bufferJoinStyle="128"/>
      </text-style>
      <text-format multilineAlign="1" autoWrapLength="0" useMaxLineLengthForAutoWrap="1"/>
      <placement placement="4" quadOffset="4" dist="0" distUnits="MM" centroidInside="1" centroidWhole="0" priority="9" fitInPolygonOnly="0" polygonPlacementFlags="2" overrunDistance="0"/>
      <rendering scaleVisibility="1" scaleMin="1" scaleMax="8000" drawLabels="1" obstacle="1" displayAll="0" upsidedownLabels="0" labelPerPart="0"/>
    </settings>
  </labeling>
</qgis>
